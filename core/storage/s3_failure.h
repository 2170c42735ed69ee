#pragma once

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/net/http_transport.h"
#include "core/storage/s3_bucket.h"
#include "core/storage/s3_call.h"

#include <string>

namespace tidemark::storage {

/// What an answer says of its failure, "NoSuchKey"; empty where it says nothing.
[[nodiscard]] std::string s3Code(const net::HttpResponse& response);

/// Whether an answer of success is one of S3, which tells the ETag of what it speaks of: somebody
/// on the way may answer in its place.
[[nodiscard]] bool isOfS3(const net::HttpResponse& response);

/// A success that is none of S3's.
[[nodiscard]] Error unlikeS3(const net::HttpResponse& response, const std::string& place);

/// Whether it is the object that is not there. Of nobody but S3: whoever stands on the way has a
/// 404 of his own.
[[nodiscard]] bool lacksS3Object(const net::HttpResponse& response);

/// Whether it is the bucket that is not there.
[[nodiscard]] bool lacksS3Bucket(const net::HttpResponse& response);

/// What an answer means that is no success of `call`, which was signed for `region`. NotFound for a
/// key or a bucket that is not there, which the sentence tells apart. Repeats nothing of the
/// request, and of the answer its code alone.
[[nodiscard]] Error s3Failure(const net::HttpResponse& response, const S3Call& call,
                              const S3Bucket& bucket, const std::string& region, Timestamp now);

}  // namespace tidemark::storage
