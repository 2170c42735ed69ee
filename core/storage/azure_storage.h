#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/storage/azure_client.h"
#include "core/storage/range_reader.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tidemark::storage {

/// Objects are block blobs of one container of Azure Blob Storage, below a path, named as
/// Litestream names them. Their time is metadata, which listings bring along, so it is always
/// exact.
///
/// Bodies up to 8 MiB are held from stage() to publish(), which sends them. Larger ones go in
/// blocks, up to four at once, and 32 MiB of such a body are held at most while it is shorter than
/// 390 GiB; of one whose length nobody knows that is the most there is room for. Blocks of an
/// object that was never published are seen by nobody; they cost room until Azure forgets them, a
/// week later. Requests are sent again after failures that pass, so whoever creates an object may
/// meet his own: AlreadyThere.
///
/// The container has to be there. It needs the rights to read, create, write, delete and list:
/// the account key, or a SAS token with sp=rcwdl. Deleting takes a blob's snapshots along; soft
/// delete and versions are the account's affair.
class AzureStorage final : public Storage {
public:
    /// What one answer of List Blobs has at most.
    static constexpr std::size_t kPageEntries = 5000;

    /// All but `account` must outlive the storage. `http` is the one that sends again what fails.
    /// `pageEntries`: less for tests.
    AzureStorage(AzureAccount account, net::HttpTransport& http, const Clock& clock, Random& random,
                 std::size_t pageEntries = kPageEntries);

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
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override { return kReadsFromServer; }

private:
    [[nodiscard]] Result<std::string> blobOf(std::string_view name) const;

    Random& m_random;
    AzureClient m_client;
    mutable ReadAhead m_ahead;
    std::size_t m_pageEntries = 0;
};

}  // namespace tidemark::storage
