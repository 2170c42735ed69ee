#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/held_pages.h"
#include "core/ltx/header.h"
#include "core/replica/ltx_replica.h"
#include "core/sqlite/page_snapshot.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>

namespace tidemark::engine {

/// The whole database at one transaction, ready to be read into replicas. Ends its hold on the log
/// when it goes. Any number of threads may write it, each into another replica.
class SnapshotWork {
public:
    SnapshotWork(std::unique_ptr<sqlite::PageSnapshot> pages, const ltx::Header& header);

    [[nodiscard]] ltx::TxId txId() const { return m_header.maxTxId; }
    [[nodiscard]] Timestamp time() const { return m_header.createdAt; }
    [[nodiscard]] std::uint64_t databaseBytes() const;

    /// Bytes of the database that are read.
    using OnProgress = std::function<void(std::uint64_t doneBytes)>;

    /// Streams the snapshot into `replica` as its level-9 file from 1 to txId(), and gives the
    /// file's size. Its digest was known before: Damaged, with nothing written, if what was read
    /// does not add up to it. Fails as the storage does. An identical file that is there already is
    /// fine.
    [[nodiscard]] Result<std::uint64_t> writeTo(replica::LtxReplica& replica, unsigned threads,
                                                const OnProgress& progress,
                                                const std::stop_token& stop) const;

    /// Ends writeTo() with Cancelled, now and later, from any thread and also when this has gone.
    [[nodiscard]] std::stop_source giveUp() const { return m_givenUp; }

    /// Which pin the log, without keeping them.
    [[nodiscard]] std::weak_ptr<HeldPages> pages() const { return m_pages; }

private:
    std::stop_source m_givenUp;
    std::shared_ptr<HeldPages> m_pages;  // Of this alone.
    ltx::Header m_header;
};

}  // namespace tidemark::engine
