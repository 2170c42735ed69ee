#pragma once

#include "core/base/byte_stream.h"
#include "core/engine/spool.h"
#include "core/ltx/merge.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

namespace tidemark::engine {

/// The files of a merge, lowest transaction first: from the spool where it has them still and they
/// are those of the replica, else from there. Errors that their bytes cause name the object. For
/// one thread.
class MergeInputs {
public:
    /// Both outlive this. `same` of the spool's segments are those of the replica; of others the
    /// header is compared. Without a spool everything comes from the replica.
    MergeInputs(const Spool* spool, SpoolPart same, const storage::Storage& storage)
        : m_spool(spool), m_same(same), m_storage(storage)
    {
    }

    /// Takes an object and reads its header. Damaged when that is of other transactions than the
    /// name says.
    [[nodiscard]] Status add(const replica::ObjectInfo& object, const std::stop_token& stop);

    /// Whether any came from the spool.
    [[nodiscard]] bool isFromSpool() const { return m_isFromSpool; }

    /// The same objects, but for batches of segments (engine/segment_batch.h) that the spool still
    /// has: their segments, so that nothing is fetched that is here. No more than can be merged.
    [[nodiscard]] std::vector<replica::ObjectInfo> asSegments(
        std::span<const replica::ObjectInfo> objects) const;

    /// Whether the last one may be in one file with those before it: it has their page size, and
    /// follows from them. A file with every page does not, and nothing goes behind one.
    [[nodiscard]] bool lastJoins() const;

    void dropLast() { m_inputs.pop_back(); }
    void dropAllButLast() { m_inputs.erase(m_inputs.begin(), m_inputs.end() - 1); }

    [[nodiscard]] std::size_t size() const { return m_inputs.size(); }

    /// Of the file that was added as number `index`, from 0.
    [[nodiscard]] const ltx::Header& header(std::size_t index) const
    {
        return m_inputs.at(index).header;
    }

    /// As ltx::mergedHeader().
    [[nodiscard]] Result<ltx::Header> mergedHeader() const;

    /// Once mergedHeader() went well; this outlives what is given.
    [[nodiscard]] ltx::MergedPages pages() const;

private:
    [[nodiscard]] std::vector<replica::ObjectInfo> segmentsOf(
        const replica::ObjectInfo& object) const;
    [[nodiscard]] Result<bool> isInSpool(const replica::ObjectInfo& object,
                                         const std::stop_token& stop) const;

    struct Input {
        replica::ObjectInfo object = {};
        std::unique_ptr<ByteSource> file = {};
        ltx::Header header = {};
    };

    const Spool* m_spool;
    SpoolPart m_same;
    const storage::Storage& m_storage;
    std::vector<Input> m_inputs = {};
    bool m_isFromSpool = false;
};

}  // namespace tidemark::engine
