#pragma once

#include "core/base/result.h"
#include "core/engine/compaction.h"
#include "core/engine/spool.h"
#include "core/ltx/header.h"
#include "core/ltx/page_stream.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/merged_plan.h"

#include <span>
#include <stop_token>
#include <string>
#include <utility>

namespace tidemark::engine {

class MergeInputs;

/// Merges objects of one replica into new ones there. Nothing is removed. What is in the spool
/// still, and the same there, is read from it, anything else from the replica. Memory stays below
/// 200 MiB and three bytes for each page of the result, and far below for small pages. For one
/// thread at a time; no sleep.
class Compactor {
public:
    /// All outlive the compactor; `replica` is for it alone. `same` of the spool's segments are
    /// those of the replica. The folder of `scratch` is made when something is to lie there.
    Compactor(const Spool& spool, SpoolPart same, replica::LtxReplica& replica,
              replica::Scratch scratch)
        : m_spool(spool), m_same(same), m_replica(replica), m_scratch(std::move(scratch))
    {
    }

    /// Writes the object of `merge.level`, and gives it. It may stand for fewer inputs: a file with
    /// every page, as a change of the page size makes, gets one of its own. Every input is checked
    /// to its end. Damaged when one is not right or does not follow from the one before it, or what
    /// is there under the name of the result is not right;
    /// NotFound when one has gone; AlreadyExists when there is an object of that name with another
    /// state; else fails as the storage does. A failure leaves nothing behind.
    [[nodiscard]] Result<replica::ObjectInfo> compact(const Merge& merge,
                                                      const std::stop_token& stop);

    /// Writes a snapshot of the state that `plan` (ReplicaLevels::newestPlan) leads to, and gives
    /// it. More objects than ltx::kMaxMergeInputs are all read from the replica, and merged in
    /// stages: files in the scratch folder take as much room as all but the first of them, until
    /// the call returns. Fails as compact() does, and as the files do; Damaged also when the pages
    /// do not add up to the digest that was recorded.
    [[nodiscard]] Result<replica::ObjectInfo> snapshot(std::span<const replica::ObjectInfo> plan,
                                                       const std::stop_token& stop);

    /// The name that the last call tried to write, or wrote; empty when it did not come to that.
    [[nodiscard]] const std::string& tried() const { return m_tried; }

private:
    /// `make` with what the spool has; once more without it if that turns out to be no good.
    template <typename Make>
    [[nodiscard]] Result<replica::ObjectInfo> fromEither(const Make& make);
    [[nodiscard]] Result<replica::ObjectInfo> compactFrom(MergeInputs& inputs, const Merge& merge,
                                                          const std::stop_token& stop);
    [[nodiscard]] Result<replica::ObjectInfo> snapshotFrom(
        MergeInputs& inputs, std::span<const replica::ObjectInfo> plan,
        const std::stop_token& stop);
    [[nodiscard]] Result<replica::ObjectInfo> snapshotInStages(
        std::span<const replica::ObjectInfo> plan, const std::stop_token& stop);
    [[nodiscard]] Result<replica::ObjectInfo> write(int level, const ltx::Header& header,
                                                    const ltx::PageSource& pages,
                                                    const std::stop_token& stop);
    [[nodiscard]] Status requireSameState(const replica::ObjectInfo& object,
                                          const ltx::Header& header,
                                          const std::stop_token& stop) const;

    const Spool& m_spool;
    SpoolPart m_same;
    replica::LtxReplica& m_replica;
    replica::Scratch m_scratch;
    std::string m_tried = {};
};

}  // namespace tidemark::engine
