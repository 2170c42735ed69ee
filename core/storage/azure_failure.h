#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/net/http_transport.h"
#include "core/storage/azure_account.h"

#include <string>

namespace tidemark::storage {

/// What a request needs to be allowed to.
enum class AzureRight { List, Read, Write, Delete };

/// Whether an answer is one of Azure Storage and not of something on the way.
[[nodiscard]] bool isOfAzure(const net::HttpResponse& response);

/// "BlobNotFound"; empty where the answer tells none. Letters alone, so it may be shown.
[[nodiscard]] std::string azureCode(const net::HttpResponse& response);

/// What an answer of Azure Storage that is no success means for the place as a whole. Repeats
/// nothing of the request, and of the answer its code alone: some tell what was signed.
[[nodiscard]] Error azureFailure(const net::HttpResponse& response, const AzureAccount& account,
                                 AzureRight right, Timestamp now);

/// A success that is none of Azure's, or that lacks what it must have.
[[nodiscard]] Error unlikeAzure(const std::string& place);

}  // namespace tidemark::storage
