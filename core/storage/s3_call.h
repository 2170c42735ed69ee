#pragma once

#include "core/net/http_transport.h"
#include "core/storage/aws_signature.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace tidemark::storage {

/// What a request is for: the right that it needs is named when it is missing.
enum class S3Action { List, Look, Get, Put, Delete, AbortUpload };

/// One request to a bucket or an object of it.
struct S3Call {
    S3Action action = S3Action::Get;
    std::string method = "GET";
    std::string key = {};  ///< Whole, with the prefix; empty for the bucket itself.
    Query query = {};
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    std::span<const std::byte> body = {};             ///< Borrowed for the call.
    bool hasBody = false;
    bool isOnce = false;  ///< Nobody waits for it, and it is not tried again.
    net::HttpLimits limits = {};
};

}  // namespace tidemark::storage
