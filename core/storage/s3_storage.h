#pragma once

#include "core/base/clock.h"
#include "core/net/http_transport.h"
#include "core/storage/range_reader.h"
#include "core/storage/s3_client.h"
#include "core/storage/s3_staged.h"
#include "core/storage/storage.h"

#include <atomic>
#include <mutex>

namespace tidemark::storage {

/// Objects of a bucket of S3, or of what speaks like it, below a prefix.
///
/// - A bucket knows no folders, so a prefix with nothing below it is empty, and only a bucket that
/// is
///   not there is a missing place.
/// - `ObjectMetadata::time` goes along as Litestream's `litestream-timestamp`. A listing does not
/// tell
///   it, but when the object was uploaded; find() does.
/// - An object is created only. `If-None-Match: *` says so where the service honours it, which is
/// tried
///   out with the first object that is written (the same bytes once more); where it does not, a
///   look for the name comes before each write, and two writers at one instant are told apart by
///   nothing.
/// - A small body is held in memory from stage() to publish(), and appears by one PUT; a backlog of
/// them
///   appears one PUT after the other. Above a part (8 MiB) it is a multipart upload. What of that a
///   killed program left is aborted a week later, by the next writer of a large one.
class S3Storage final : public Storage {
public:
    /// `http` and `clock` outlive it. `http` is the one that sends again what fails.
    S3Storage(net::HttpTransport& http, Clock& clock, S3Bucket bucket);

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override;
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    [[nodiscard]] bool onlyLooksFirst() const override
    {
        return m_conditions == Conditions::Ignored;
    }
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override { return kReadsFromServer; }

private:
    /// Whether the service keeps a name from being written twice.
    enum class Conditions { Unknown, Honoured, Ignored };

    [[nodiscard]] std::string keyOf(const std::string& name) const;
    /// The ETag of what a reader reads, so that all its pieces are of one object. Any thread.
    class Version {
    public:
        [[nodiscard]] std::string known() const
        {
            const std::scoped_lock lock(m_mutex);
            return m_etag;
        }
        void note(const std::string& etag)
        {
            const std::scoped_lock lock(m_mutex);
            m_etag = m_etag.empty() ? etag : m_etag;
        }

    private:
        mutable std::mutex m_mutex;
        std::string m_etag;
    };

    [[nodiscard]] Result<Piece> fetch(const std::string& key, Version& version,
                                      std::uint64_t offset, std::uint64_t length,
                                      const std::stop_token& stop) const;
    [[nodiscard]] Result<bool> appear(S3Staged& staged, const std::stop_token& stop);
    [[nodiscard]] Result<bool> afterSilence(S3Staged& staged, Error failure,
                                            const std::stop_token& stop);
    void tryConditions(S3Staged& staged, const std::stop_token& stop);
    [[nodiscard]] Status removeSome(std::span<const std::string> names,
                                    const std::stop_token& stop);
    [[nodiscard]] Status removeOne(const std::string& name, const std::stop_token& stop);
    void tidy(const std::stop_token& stop);

    mutable S3Client m_client;
    mutable ReadAhead m_ahead;
    std::atomic<Conditions> m_conditions{Conditions::Unknown};
    std::atomic<bool> m_isTidy{false};      // Leftovers were looked for.
    std::atomic<bool> m_deletesMany{true};  // Else one by one.
};

}  // namespace tidemark::storage
