#include "core/engine/compactor.h"

#include "core/engine/merge_inputs.h"
#include "core/engine/refusals.h"
#include "core/ltx/digest_checked.h"
#include "core/ltx/encoding_source.h"
#include "core/ltx/merge.h"
#include "core/ltx/state_digest.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_object.h"
#include "core/storage/temporary_file.h"

#include <optional>
#include <string>
#include <utility>

namespace tidemark::engine {
namespace {

// Capture goes before: it has the other processors.
constexpr unsigned kThreads = 1;

Error holdsOtherState(const std::string& name)
{
    return otherWriter({TIDEMARK_TEXT("engine",
                                      "Another process replicates into this replica: %1 holds "
                                      "another state."),
                        {name}});
}

}  // namespace

template <typename Make>
Result<replica::ObjectInfo> Compactor::fromEither(const Make& make)
{
    MergeInputs inputs(&m_spool, m_same, m_replica.storage());
    auto made = make(inputs);
    const bool isBad = !made.ok() && (made.error().code == ErrorCode::NotFound ||
                                      made.error().code == ErrorCode::Damaged);
    if (!isBad || !inputs.isFromSpool()) {
        return made;
    }
    // Somebody emptied the spool's folder, it was cut just now, or its disk is bad.
    MergeInputs stored(nullptr, {}, m_replica.storage());
    return make(stored);
}

Result<replica::ObjectInfo> Compactor::compact(const Merge& merge, const std::stop_token& stop)
{
    m_tried.clear();
    return fromEither([&](MergeInputs& inputs) { return compactFrom(inputs, merge, stop); });
}

Result<replica::ObjectInfo> Compactor::snapshot(std::span<const replica::ObjectInfo> plan,
                                                const std::stop_token& stop)
{
    m_tried.clear();
    if (plan.size() > ltx::kMaxMergeInputs) {
        return snapshotInStages(plan, stop);
    }
    return fromEither([&](MergeInputs& inputs) { return snapshotFrom(inputs, plan, stop); });
}

Result<replica::ObjectInfo> Compactor::compactFrom(MergeInputs& inputs, const Merge& merge,
                                                   const std::stop_token& stop)
{
    for (const replica::ObjectInfo& each : inputs.asSegments(merge.inputs)) {
        TIDEMARK_TRY_STATUS(inputs.add(each, stop));
        if (!inputs.lastJoins()) {
            inputs.dropLast();
            break;
        }
    }
    TIDEMARK_TRY(const ltx::Header header, inputs.mergedHeader());
    return write(merge.level, header, inputs.pages(), stop);
}

Result<replica::ObjectInfo> Compactor::snapshotFrom(MergeInputs& inputs,
                                                    std::span<const replica::ObjectInfo> plan,
                                                    const std::stop_token& stop)
{
    for (const replica::ObjectInfo& each : plan) {
        TIDEMARK_TRY_STATUS(inputs.add(each, stop));
        const std::size_t count = inputs.size();
        const bool isNewSize = count > 1 && inputs.header(count - 1).pageSizeBytes !=
                                                inputs.header(count - 2).pageSizeBytes;
        if (isNewSize) {
            // Only a file with every page can do that; should it lack one, the encoder refuses.
            inputs.dropAllButLast();
        }
    }
    TIDEMARK_TRY(ltx::Header header, inputs.mergedHeader());
    header.minTxId = {1};
    const auto digests = ltx::digestsOf(header);
    if (digests) {
        ltx::setDigests(header, {.before = 0, .after = digests->after});
    }
    const ltx::MergedPages pages = inputs.pages();
    if (!digests) {
        return write(replica::kSnapshotLevel, header, pages, stop);
    }
    return write(replica::kSnapshotLevel, header, ltx::DigestChecked(pages, digests->after), stop);
}

/// One of the objects that can be open at once would be a full copy of an old moment, and the next
/// call's one again.
Result<replica::ObjectInfo> Compactor::snapshotInStages(std::span<const replica::ObjectInfo> plan,
                                                        const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_scratch.files.makeDirectories(m_scratch.folder));
    TIDEMARK_TRY_STATUS(
        storage::removeLeftovers(m_scratch.files, m_scratch.folder, replica::kMergeStem));
    TIDEMARK_TRY(const replica::MergedPlan merged,
                 replica::openMergedPlan(m_replica.storage(),
                                         {.objects = {plan.begin(), plan.end()}}, m_scratch, stop));
    return write(replica::kSnapshotLevel, merged.header, *merged.pages, stop);
}

Result<replica::ObjectInfo> Compactor::write(int level, const ltx::Header& header,
                                             const ltx::PageSource& pages,
                                             const std::stop_token& stop)
{
    const ltx::TxRange range{header.minTxId, header.maxTxId};
    replica::ObjectInfo made{.level = level,
                             .minTxId = range.minTxId,
                             .maxTxId = range.maxTxId,
                             .time = header.createdAt,
                             .precision = replica::TimePrecision::Exact,
                             .name = replica::objectName({.level = level, .range = range})};
    m_tried = made.name;
    const ltx::EncodingSource file(
        header, pages, kThreads,
        [&made](const ltx::EncodedFacts& facts) { made.sizeBytes = facts.sizeBytes; });
    TIDEMARK_TRY(const auto outcome, m_replica.put(level, range, file, header.createdAt, stop));
    if (outcome == replica::PutOutcome::AlreadyThereDifferent) {
        TIDEMARK_TRY_STATUS(requireSameState(made, header, stop));
        TIDEMARK_TRY(const auto there, m_replica.storage().find(made.name, stop));
        made.sizeBytes = there ? there->sizeBytes : made.sizeBytes;
    }
    return made;
}

/// Another version may have compressed it otherwise, or Litestream made it.
Status Compactor::requireSameState(const replica::ObjectInfo& object, const ltx::Header& header,
                                   const std::stop_token& stop) const
{
    // A damaged one must never be taken for the one that was to be made.
    TIDEMARK_TRY_STATUS(replica::checkObject(m_replica.storage(), object, stop));
    TIDEMARK_TRY(const ltx::Header there,
                 replica::readObjectHeader(m_replica.storage(), object, stop));
    const auto ours = ltx::digestsOf(header);
    const auto theirs = ltx::digestsOf(there);
    const bool isSame = there.pageSizeBytes == header.pageSizeBytes &&
                        there.pageCountAfter == header.pageCountAfter &&
                        (!ours || !theirs || ours->after == theirs->after);
    return isSame ? Status() : Status(holdsOtherState(object.name));
}

}  // namespace tidemark::engine
