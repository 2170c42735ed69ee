#pragma once

#include "core/base/clock.h"
#include "core/storage/secrets.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// AWS Signature Version 4 with the signature in a header. Pure.
/// Source: AWS's reference "Authenticating Requests: Using the Authorization Header".

/// Names and values that are not escaped yet.
using Query = std::vector<std::pair<std::string, std::string>>;

struct SignedRequest {
    std::string method = "GET";
    std::string path = {};  ///< Escaped as it goes out, with its leading '/'.
    Query query = {};
    std::map<std::string, std::string> headers = {};  ///< Lower-case names; "host" among them.
    std::string payloadHash = {};                     ///< Hex of the body's SHA-256.
};

/// Escaped as S3 does: only letters, digits and "-._~" stay, in a path '/' too.
[[nodiscard]] std::string awsEscaped(std::string_view text, bool isPath);

/// "a=b&c=d%20e", sorted as a signature needs it.
[[nodiscard]] std::string awsQuery(Query query);

/// "20261126T182050Z".
[[nodiscard]] std::string awsTime(Timestamp time);

/// The headers to send: those of the request and x-amz-date, x-amz-content-sha256, Authorization
/// and, with a session, x-amz-security-token.
[[nodiscard]] std::map<std::string, std::string> signedHeaders(const SignedRequest& request,
                                                               const Secrets& secrets,
                                                               const std::string& region,
                                                               Timestamp now);

}  // namespace tidemark::storage
