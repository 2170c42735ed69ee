#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// What S3 says in XML. Pure. Entities of a document's own are never resolved, so none can swell.
/// What is no such answer at all is empty: a page for people, a body that was cut.

struct S3Object {
    std::string key = {};
    std::uint64_t sizeBytes = 0;
    std::optional<Timestamp> modified = {};

    bool operator==(const S3Object&) const = default;
};

/// One page of ListObjectsV2.
struct S3Page {
    std::string bucket = {};
    std::vector<S3Object> objects = {};
    std::string next = {};  ///< How the next page is asked for; empty on the last one.

    bool operator==(const S3Page&) const = default;
};
[[nodiscard]] std::optional<S3Page> parseS3Page(std::span<const std::byte> xml);

/// The error that any answer may be, also one of status 200.
struct S3Failure {
    std::string code = {};
    std::string region = {};  ///< The bucket's, where the request named another one.
};
[[nodiscard]] std::optional<S3Failure> parseS3Failure(std::span<const std::byte> xml);

/// The id of CreateMultipartUpload.
[[nodiscard]] std::optional<std::string> parseS3UploadId(std::span<const std::byte> xml);

/// Whether CompleteMultipartUpload says that the object is there.
[[nodiscard]] bool saysS3Completed(std::span<const std::byte> xml);

/// What DeleteObjects could not delete, by key, with the code of the reason.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> parseS3Undeleted(
    std::span<const std::byte> xml);

/// An upload that was begun and is neither completed nor aborted.
struct S3Upload {
    std::string key = {};
    std::string id = {};
    std::optional<Timestamp> begun = {};
};
[[nodiscard]] std::optional<std::vector<S3Upload>> parseS3Uploads(std::span<const std::byte> xml);

/// Bodies of requests.
[[nodiscard]] std::string s3DeleteBody(std::span<const std::string> keys);
[[nodiscard]] std::string s3CompleteBody(std::span<const std::string> etags);

}  // namespace tidemark::storage
