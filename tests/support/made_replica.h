#pragma once

#include "core/ltx/encoder.h"
#include "core/ltx/state_digest.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_replica.h"
#include "tests/support/memory_storage.h"

#include <cassert>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemark::replica {

/// An object as a listing tells of it; one second passes from transaction to transaction.
inline ObjectInfo objectInfo(int level, std::uint64_t minTxId, std::uint64_t maxTxId)
{
    const ltx::TxRange range{.minTxId = {minTxId}, .maxTxId = {maxTxId}};
    return {.level = level,
            .minTxId = range.minTxId,
            .maxTxId = range.maxTxId,
            .time = Timestamp(std::chrono::seconds(1'000'000 + maxTxId)),
            .sizeBytes = 1000 + maxTxId - minTxId,
            .name = objectName({.level = level, .range = range})};
}

/// A replica in memory, written transaction by transaction, and what each of its states must be.
class MadeReplica {
public:
    static constexpr std::uint32_t kPageSize = 512;

    storage::MemoryStorage storage;

    /// Whether files carry state digests, as ours do and Litestream's do not.
    bool hasDigests = true;

    /// Sets pages to new contents, and the size; the transaction that results.
    std::uint64_t commit(const std::vector<std::uint32_t>& pages, std::uint32_t pageCount)
    {
        ++m_txId;
        std::string& state = m_states[m_txId];
        state = m_txId > 1 ? m_states[m_txId - 1] : std::string();
        state.resize(std::size_t{pageCount} * kPageSize);
        for (const std::uint32_t page : pages) {
            // Half noise, half text: compresses a little, and no two pages are the same.
            for (std::size_t i = 0; i < kPageSize; ++i) {
                state[(page - 1) * std::size_t{kPageSize} + i] = static_cast<char>(
                    i < kPageSize / 2 ? (page * 31 + m_txId * 7 + i * i) >> 3 : m_txId + page);
            }
        }
        m_changed[m_txId] = pages;
        return m_txId;
    }

    [[nodiscard]] const std::string& state(std::uint64_t txId) const { return m_states.at(txId); }

    /// One second passes from transaction to transaction, where setTime() says nothing else.
    [[nodiscard]] Timestamp timeOf(std::uint64_t txId) const
    {
        const auto set = m_times.find(txId);
        return set != m_times.end() ? set->second
                                    : Timestamp(std::chrono::seconds(1'000'000 + txId));
    }
    void setTime(std::uint64_t txId, Timestamp time) { m_times[txId] = time; }

    /// Writes the object of a level that covers those transactions; complete where the format says
    /// so.
    std::string put(int level, std::uint64_t minTxId, std::uint64_t maxTxId, bool full = false)
    {
        const ltx::TxRange range{.minTxId = {minTxId}, .maxTxId = {maxTxId}};
        LtxReplica replica(storage);
        const auto outcome =
            replica.put(level, range, MemorySource(fileOf(range, full)), timeOf(maxTxId), {});
        assert(outcome.ok() && outcome.value() == PutOutcome::Written);
        return objectName({.level = level, .range = range});
    }

    /// The bytes of such a file.
    [[nodiscard]] std::string fileOf(ltx::TxRange range, bool full = false) const
    {
        const std::string& after = m_states.at(range.maxTxId.value);
        ltx::Header header{.pageSizeBytes = kPageSize,
                           .pageCountAfter = static_cast<std::uint32_t>(after.size() / kPageSize),
                           .minTxId = range.minTxId,
                           .maxTxId = range.maxTxId,
                           .createdAt = timeOf(range.maxTxId.value),
                           .walOffsetBytes = ltx::kNoWalOffset};
        if (hasDigests) {
            ltx::setDigests(header, {.before = digest(range.minTxId.value - 1),
                                     .after = digest(range.maxTxId.value)});
        }
        return encoded(header, pagesOf(range, full, header.pageCountAfter), after);
    }

    static std::string encoded(const ltx::Header& header, const std::vector<std::uint32_t>& pages,
                               const std::string& contents)
    {
        MemorySink sink(std::size_t{1} << 30);
        ltx::Encoder encoder(sink, header);
        const auto bytes = std::as_bytes(std::span(contents));
        for (const std::uint32_t page : pages) {
            const Status added =
                encoder.add(page, bytes.subspan((page - 1) * std::size_t{header.pageSizeBytes},
                                                header.pageSizeBytes));
            assert(added.ok());
        }
        const auto facts = encoder.finish();
        assert(facts.ok());
        return std::string(sink.bytes());
    }

private:
    [[nodiscard]] std::vector<std::uint32_t> pagesOf(ltx::TxRange range, bool full,
                                                     std::uint32_t pageCount) const
    {
        std::map<std::uint32_t, bool> pages;
        if (full || range.minTxId == ltx::TxId{1}) {
            for (std::uint32_t page = 1; page <= pageCount; ++page) {
                pages[page] = true;
            }
        }
        for (std::uint64_t txId = range.minTxId.value; txId <= range.maxTxId.value; ++txId) {
            for (const std::uint32_t page : m_changed.at(txId)) {
                if (page <= pageCount) {
                    pages[page] = true;
                }
            }
        }
        std::vector<std::uint32_t> numbers;
        for (const auto& [page, there] : pages) {
            numbers.push_back(page);
        }
        return numbers;
    }

    [[nodiscard]] std::uint64_t digest(std::uint64_t txId) const
    {
        std::uint64_t sum = 0;
        if (txId == 0) {
            return sum;
        }
        const auto bytes = std::as_bytes(std::span(m_states.at(txId)));
        for (std::size_t page = 0; page * kPageSize < bytes.size(); ++page) {
            sum += ltx::pageHash(static_cast<std::uint32_t>(page + 1),
                                 bytes.subspan(page * kPageSize, kPageSize));
        }
        return sum;
    }

    std::uint64_t m_txId = 0;
    std::map<std::uint64_t, std::string> m_states;
    std::map<std::uint64_t, std::vector<std::uint32_t>> m_changed;
    std::map<std::uint64_t, Timestamp> m_times;
};

}  // namespace tidemark::replica
