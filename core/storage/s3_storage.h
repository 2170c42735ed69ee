#pragma once

#include "core/base/clock.h"
#include "core/net/http_transport.h"
#include "core/storage/range_reader.h"
#include "core/storage/s3_client.h"
#include "core/storage/s3_publisher.h"
#include "core/storage/s3_removal.h"
#include "core/storage/s3_staged.h"
#include "core/storage/storage.h"

#include <atomic>

namespace tidemark::storage {

/// Objects of a bucket of S3, or of what speaks like it, below a prefix.
///
/// - A bucket knows no folders, so a prefix with nothing below it is empty, and only a bucket that
///   is not there is a missing place.
/// - `ObjectMetadata::time` goes along as Litestream's `litestream-timestamp`. A listing does not
///   tell it, but when the object was uploaded; find() does.
/// - An object is created only. `If-None-Match: *` says so where the service honours it, which is
///   tried out with the first object that is written (the same bytes once more); where it does not,
///   a look for the name comes before each write, and two writers at one instant are told apart by
///   nothing.
/// - A small body is held in memory from stage() to publish(), and appears by one PUT; a backlog of
///   them appears one PUT after the other. Above a part (8 MiB) it is a multipart upload. What of
///   that a killed program left is aborted a week later, by the next writer of a large one.
class S3Storage final : public Storage {
public:
    /// `http` and `clock` outlive it. `http` is the one that sends again what fails. Of uploads
    /// that were left, those are aborted whose names `isOurs`; none where it is empty.
    S3Storage(net::HttpTransport& http, Clock& clock, S3Bucket bucket, S3IsOurs isOurs = {});

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
    [[nodiscard]] bool onlyLooksFirst() const override { return m_publisher.onlyLooksFirst(); }
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override { return kReadsFromServer; }

private:
    [[nodiscard]] std::string keyOf(const std::string& name) const;
    void tidy(const std::stop_token& stop);

    mutable S3Client m_client;
    S3IsOurs m_isOurs;
    S3Publisher m_publisher{m_client};
    S3Removal m_removal{m_client};
    mutable ReadAhead m_ahead;
    std::atomic<bool> m_isTidy{false};  // Leftovers were looked for.
};

}  // namespace tidemark::storage
