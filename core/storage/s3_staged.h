#pragma once

#include "core/base/byte_stream.h"
#include "core/storage/block_reader.h"
#include "core/storage/s3_client.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// A body on its way into a bucket: in memory while it is no larger than one part, else as the
/// parts of a multipart upload, which nobody sees before it is completed. When it goes uncompleted,
/// the upload is aborted; what a killed program left is found by abortS3Leftovers(). For one
/// thread.
class S3Staged final : public StagedObject {
public:
    /// Reads `source` to its end, and sends what is larger than a part, some parts at once.
    /// `headers` are those of the object. `client` outlives it. Fails with Io where the body is
    /// longer or shorter than it said, and with Usage where it has more parts than may be.
    [[nodiscard]] static Result<std::unique_ptr<S3Staged>> make(
        S3Client& client, std::string key, const ByteSource& source,
        std::map<std::string, std::string> headers, const std::stop_token& stop);

    S3Staged(const S3Staged&) = delete;
    S3Staged& operator=(const S3Staged&) = delete;
    ~S3Staged() override;

    [[nodiscard]] const std::string& key() const { return m_key; }
    [[nodiscard]] bool isMultipart() const { return !m_uploadId.empty(); }

    /// Sends the object, or completes its upload, with `if-none-match: *` where `isConditional`. An
    /// answer of any status.
    [[nodiscard]] Result<net::HttpResponse> publish(bool isConditional,
                                                    const std::stop_token& stop);

    /// The call whose answer publish() gave, for failureOf().
    [[nodiscard]] S3Call call() const;

    /// Called when the object is there: nothing is to be aborted.
    void settle();

private:
    S3Staged(S3Client& client, std::string key, std::map<std::string, std::string> headers,
             std::stop_token stop)
        : m_client(client),
          m_key(std::move(key)),
          m_headers(std::move(headers)),
          m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Status begin(const std::stop_token& stop);
    [[nodiscard]] Status sendParts(std::vector<std::vector<std::byte>> first, BlockReader& rest,
                                   std::optional<std::uint64_t> sizeBytes,
                                   const std::stop_token& stop);
    [[nodiscard]] Result<std::string> sendPart(std::size_t number,
                                               const std::vector<std::byte>& bytes,
                                               const std::stop_token& stop);
    void abort();

    S3Client& m_client;
    std::string m_key;
    std::map<std::string, std::string> m_headers;
    std::stop_token m_stop;          // Of whoever stages it.
    std::vector<std::byte> m_bytes;  // Of a small one.
    std::string m_uploadId;
    std::string m_completion;  // The body that completes it.
};

/// Whether a name below the bucket's prefix is one that we write. All else, also of other replicas
/// further down, is somebody else's.
using S3IsOurs = std::function<bool(std::string_view name)>;

/// Aborts uploads of what `isOurs` that were begun before `before` and never completed: storage
/// that is paid for and seen nowhere.
[[nodiscard]] Status abortS3Leftovers(S3Client& client, Timestamp before, const S3IsOurs& isOurs,
                                      const std::stop_token& stop);

}  // namespace tidemark::storage
