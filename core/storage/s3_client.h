#pragma once

#include "core/base/clock.h"
#include "core/net/http_transport.h"
#include "core/storage/aws_signature.h"
#include "core/storage/s3_bucket.h"

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// What a request is for: the right that it needs is named when it is missing.
enum class S3Action { List, Look, Get, Put, Delete, AbortUpload };

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

/// Speaks with one bucket. Any thread may call it, several at once; each call blocks.
class S3Client {
public:
    /// `http` and `clock` outlive it.
    S3Client(net::HttpTransport& http, Clock& clock, S3Bucket bucket);

    [[nodiscard]] const S3Bucket& bucket() const { return m_bucket; }

    /// The service's time, as far as it is known to differ from ours.
    [[nodiscard]] Timestamp now() const;

    /// Signs and sends. An answer of any status, but for two that are mended here and tried once
    /// more: a region that nobody named is corrected by what the service says, and a clock that is
    /// wrong is made up for by the service's. Fails as HttpTransport::send() does.
    [[nodiscard]] Result<net::HttpResponse> send(const S3Call& call, const std::stop_token& stop);

    /// What an answer means that is no success of `call`. NotFound for a key or a bucket that is
    /// not there, which the sentence tells apart.
    [[nodiscard]] Error failureOf(const S3Call& call, const net::HttpResponse& response) const;

    /// Uploads of parts that are under way here are no leftovers, whatever their age.
    void noteUpload(const std::string& id);
    void forgetUpload(const std::string& id);
    [[nodiscard]] bool isUnderWay(const std::string& id) const;

    /// Whether it is the bucket that is not there.
    [[nodiscard]] static bool lacksBucket(const net::HttpResponse& response);

private:
    [[nodiscard]] Result<net::HttpResponse> sendFor(const std::string& region, const S3Call& call,
                                                    const std::stop_token& stop);
    [[nodiscard]] bool mend(const net::HttpResponse& response, const std::string& signedFor);
    [[nodiscard]] bool demandsMd5(const S3Call& call, const net::HttpResponse& response);
    [[nodiscard]] std::string region() const;

    net::HttpTransport& m_http;
    Clock& m_clock;
    const S3Bucket m_bucket;
    mutable std::mutex m_mutex;  // Guards m_region and m_uploads.
    std::string m_region;
    std::set<std::string> m_uploads;
    std::atomic<bool> m_needsMd5{false};          // Of bodies: a bucket that locks its objects.
    std::atomic<std::int64_t> m_clockAheadMs{0};  // Of ours before theirs.
};

}  // namespace tidemark::storage
