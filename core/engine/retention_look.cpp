#include "core/engine/retention_look.h"

#include "core/replica/damage.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/marks.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidemark::engine {
namespace {

// A second's work at most on a disk that has them at hand; others wait for their turn meanwhile.
constexpr std::size_t kHeadersALook = 20'000;

Error unreadableMark(const std::string& name)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("engine",
                                   "The mark %1 cannot be read and may keep any moment, so nothing "
                                   "is deleted."),
                     {name}},
            .next = {TIDEMARK_TEXT("engine", "See: tidemarkctl marks STORAGE")}};
}

std::vector<ltx::TxId> momentsOf(const std::vector<replica::Mark>& marks)
{
    std::vector<ltx::TxId> moments;
    moments.reserve(marks.size());
    for (const replica::Mark& each : marks) {
        moments.push_back(each.txId);
    }
    return moments;
}

/// All of them, or a failure. One request for each, and one more.
Result<std::vector<replica::Mark>> readAllMarks(const storage::Storage& storage,
                                                const std::stop_token& stop)
{
    TIDEMARK_TRY(replica::MarkList list, replica::readMarks(storage, stop));
    if (!list.bad.empty()) {
        return unreadableMark(list.bad.front().objectName);
    }
    return std::move(list.marks);
}

}  // namespace

Result<std::optional<RetentionLook>> lookForRetention(
    const storage::Storage& storage, const RetentionPolicy& policy, Timestamp now,
    const replica::ObjectNames& pinned, const replica::ObjectNames& damaged,
    const replica::ObjectNames& unfinished, WrittenHeaders& headers, const std::stop_token& stop)
{
    RetentionLook look;
    TIDEMARK_TRY(look.catalog, replica::readLtxCatalog(storage, stop));
    if (!damaged.empty()) {
        std::ranges::copy_if(
            look.catalog.objects, std::back_inserter(look.damaged),
            [&damaged](const replica::ObjectInfo& each) { return damaged.contains(each.name); });
        look.catalog = replica::without(std::move(look.catalog), damaged);
    }
    TIDEMARK_TRY(look.marks, readAllMarks(storage, stop));
    const std::vector<ltx::TxId> marks = momentsOf(look.marks);
    TIDEMARK_TRY(look.plan, planRetention(look.catalog, policy, now, marks, pinned, unfinished));
    if (!look.plan.going.empty()) {
        TIDEMARK_TRY(const bool isExact, headers.apply(storage, look.catalog, kHeadersALook, stop));
        if (!isExact) {
            return std::optional<RetentionLook>();
        }
        TIDEMARK_TRY(look.plan,
                     planRetention(look.catalog, policy, now, marks, pinned, unfinished));
    }
    return std::optional(std::move(look));
}

}  // namespace tidemark::engine
