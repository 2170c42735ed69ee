#pragma once

#include "core/base/secret.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// Azure Storage's Shared Key: a signature in a header. Pure.
/// Source: Microsoft's reference "Authorize with Shared Key", the form of the Blob service since
/// version 2015-02-21.

struct AzureRequest {
    std::string method = "GET";
    std::string path = {};  ///< Escaped as it goes out, with its leading '/'.
    std::map<std::string, std::string> query = {};  ///< Not escaped; names in lower case.
    std::map<std::string, std::string> headers =
        {};  ///< Names in lower case; x-ms-date among them.
    std::uint64_t bodyBytes = 0;
};

/// Only letters, digits and "-._~" stay, in a path '/' too.
[[nodiscard]] std::string azureEscaped(std::string_view text, bool isPath);

/// "a=b&c=d%20e".
[[nodiscard]] std::string azureQuery(const std::map<std::string, std::string>& query);

[[nodiscard]] std::string azureStringToSign(const AzureRequest& request,
                                            const std::string& account);

/// The value of the header Authorization. `key` holds bytes, no Base64.
[[nodiscard]] std::string azureAuthorization(const AzureRequest& request,
                                             const std::string& account, const Secret& key);

}  // namespace tidemark::storage
