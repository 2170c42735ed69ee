#pragma once

#include "core/base/byte_stream.h"
#include "core/ltx/file_name.h"
#include "core/replica/catalog.h"
#include "core/replica/restore_plan.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

namespace tidemark::replica {

enum class PutOutcome {
    Written,
    AlreadyThereSame,       ///< The object is there with the same bytes: it was ours.
    AlreadyThereDifferent,  ///< Somebody else writes to this replica.
};

/// Lists an LTX replica; a storage without one gives an empty catalog. Never opens an object, so
/// times are the listed ones. Fails as Storage::list does.
[[nodiscard]] Result<Catalog> readLtxCatalog(const storage::Storage& storage,
                                             const std::stop_token& stop);

/// Plans as planRestore() does, but goes beyond what names tell: for a time it reads the headers of
/// the objects around it until the answer is exact; where a hole ends the moments it looks for a
/// file with every page behind it; a mark is read. What was learnt is kept in `catalog`. Also fails
/// as the storage does.
[[nodiscard]] Result<RestorePlan> planExactly(const storage::Storage& storage, Catalog& catalog,
                                              const Wish& wish, const std::stop_token& stop);

/// An LTX file whose bytes are with the storage, to be published.
struct StagedFile {
    std::string name = {};
    const ByteSource* file = nullptr;
    std::unique_ptr<storage::StagedObject> object = {};
};

/// What came of files that were to appear one behind the other.
struct Published {
    std::size_t count = 0;  ///< The first so many are there, by us or with the same bytes before.
    /// Empty while there are fewer than all: the next one is there with other bytes.
    std::optional<Error> failure = {};
};

/// Asked right before something appears or goes: a failure is what the call fails with.
using MayWrite = std::function<Status(const std::stop_token& stop)>;

/// The write side of one replica. For one thread; several may write to one replica, each with its
/// own.
class LtxReplica {
public:
    /// `storage` outlives the replica. Without `mayWrite` nobody is asked; put(), publish() and
    /// remove() also fail as it does.
    explicit LtxReplica(storage::Storage& storage, MayWrite mayWrite = {})
        : m_storage(storage), m_mayWrite(std::move(mayWrite))
    {
    }

    [[nodiscard]] Result<Catalog> readCatalog(const std::stop_token& stop) const
    {
        return readLtxCatalog(m_storage, stop);
    }

    /// The place as people write it.
    [[nodiscard]] std::string describe() const { return m_storage.describe(); }

    /// Where it is, to read from.
    [[nodiscard]] const storage::Storage& storage() const { return m_storage; }

    /// Makes the object of that level and range from `file`, an LTX file whose header has that
    /// range and `time`. Never overwrites: an object that is there already is compared byte by
    /// byte. Fails as Storage::write and the source do.
    [[nodiscard]] Result<PutOutcome> put(int level, ltx::TxRange range, const ByteSource& file,
                                         Timestamp time, const std::stop_token& stop);

    /// The half of put() that takes long, for several files at the same time, each with a replica
    /// of its own. `file` outlives what it gives.
    [[nodiscard]] Result<StagedFile> stage(int level, ltx::TxRange range, const ByteSource& file,
                                           Timestamp time, const std::stop_token& stop);

    /// The other half: they appear in their order, and whatever happens none without those before
    /// it. Stops at one that is there with other bytes.
    [[nodiscard]] Published publish(std::span<const StagedFile* const> files,
                                    const std::stop_token& stop);

    /// Deletes objects for good, in their order as far as the storage keeps one; what is not there
    /// is fine. Bug, with nothing deleted, when one of the names is not an object's: files of
    /// others are never touched. After a failure some may be gone. Fails as Storage::remove does.
    [[nodiscard]] Status remove(std::span<const std::string> names, const std::stop_token& stop);

private:
    [[nodiscard]] Status mayWrite(const std::stop_token& stop) const
    {
        return m_mayWrite ? m_mayWrite(stop) : Status();
    }

    storage::Storage& m_storage;
    MayWrite m_mayWrite;
};

}  // namespace tidemark::replica
