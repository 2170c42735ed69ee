#pragma once

#include "core/base/clock.h"
#include "core/net/http_transport.h"
#include "core/storage/s3_bucket.h"
#include "core/storage/s3_call.h"

#include <chrono>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// Speaks with one bucket. Any thread may call it, several at once; each call blocks.
class S3Client {
public:
    /// `http` and `clock` outlive it.
    S3Client(net::HttpTransport& http, Clock& clock, S3Bucket bucket);

    [[nodiscard]] const S3Bucket& bucket() const { return m_bucket; }

    /// The service's time, as far as it is known to differ from ours.
    [[nodiscard]] Timestamp now() const;

    /// The HEAD that asks for one object.
    [[nodiscard]] S3Call lookingFor(std::string key) const;

    /// Signs and sends. An answer of any status, but for three that are mended here and tried once
    /// more: a region that nobody named is corrected by what the service says, a clock that is
    /// wrong is made up for by the service's, and a bucket that wants checksums gets them. Fails as
    /// HttpTransport::send() does.
    [[nodiscard]] Result<net::HttpResponse> send(const S3Call& call, const std::stop_token& stop);

    /// s3Failure() of this bucket.
    [[nodiscard]] Error failureOf(const S3Call& call, const net::HttpResponse& response) const;

    /// Uploads of parts that are under way here are no leftovers, whatever their age.
    void noteUpload(const std::string& id);
    void forgetUpload(const std::string& id);
    [[nodiscard]] bool isUnderWay(const std::string& id) const;

private:
    /// How a request goes out. Each answer is held against how its own request did: others may have
    /// learned better meanwhile.
    struct Manner {
        std::string region = {};
        std::chrono::milliseconds clockAhead{0};  ///< Of ours before theirs.
        bool hasMd5 = false;  ///< Of bodies: a bucket that locks its objects wants it.
    };

    [[nodiscard]] Manner manner() const;
    [[nodiscard]] Result<net::HttpResponse> sendIn(const Manner& manner, const S3Call& call,
                                                   const std::stop_token& stop);
    [[nodiscard]] bool learns(const S3Call& call, const net::HttpResponse& response,
                              const Manner& sentIn);

    net::HttpTransport& m_http;
    Clock& m_clock;
    const S3Bucket m_bucket;
    mutable std::mutex m_mutex;  // Guards m_manner and m_uploads.
    Manner m_manner;
    std::set<std::string> m_uploads;
};

}  // namespace tidemark::storage
