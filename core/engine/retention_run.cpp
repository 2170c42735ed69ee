#include "core/engine/retention_run.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::engine {
namespace {

using replica::ObjectInfo;

// Few enough that a restore that wants to begin does not wait long for what is being deleted, and
// below what the object storages take in one request (1000).
constexpr std::size_t kBatch = 200;

// Few enough that they take no longer than a batch should on the slowest line.
constexpr std::size_t kFirstBatch = 8;

// Who marks a moment waits some of these (replica/mark_check.h).
constexpr std::chrono::milliseconds kBatchTime{1000};

/// As many as take so long when each takes as long as those did.
std::size_t nextBatch(std::size_t count, Clock::Instant::duration took)
{
    if (took * kBatch <= count * kBatchTime) {
        return kBatch;
    }
    const auto fit = count * Clock::Instant::duration(kBatchTime) / took;
    return std::clamp<std::size_t>(static_cast<std::size_t>(fit), 1, kBatch);
}

std::vector<std::string> namesOf(std::span<const ObjectInfo> objects)
{
    std::vector<std::string> names;
    names.reserve(objects.size());
    for (const ObjectInfo& each : objects) {
        names.push_back(each.name);
    }
    return names;
}

/// Adds what is gone: `names` are some of `objects`, in their order.
void count(RetentionRun& run, std::span<const ObjectInfo> objects,
           const std::vector<std::string>& names)
{
    auto next = names.begin();
    for (const ObjectInfo& each : objects) {
        if (next != names.end() && *next == each.name) {
            ++run.objects;
            run.bytes += each.sizeBytes;
            ++next;
        }
    }
    run.pinned += objects.size() - names.size();
}

}  // namespace

RetentionRun runRetention(replica::LtxReplica& replica, const RetentionPlan& plan,
                          replica::PinBoard& pins, Clock& clock, const std::stop_token& stop,
                          const MayGoOn& mayGoOn)
{
    RetentionRun run;
    std::size_t most = kFirstBatch;
    for (std::span<const ObjectInfo> rest(plan.going); !rest.empty();) {
        if (stop.stop_requested()) {
            run.error = cancelled();
            break;
        }
        const auto batch = rest.first(std::min(rest.size(), most));
        const auto claim = pins.claim(namesOf(batch));
        Status removed = mayGoOn(claim.names());
        const Clock::Instant begin = clock.monotonic();
        if (removed.ok()) {
            removed = replica.remove(claim.names(), stop);
        }
        if (!removed.ok()) {
            run.error = std::move(removed).error();
            break;
        }
        count(run, batch, claim.names());
        rest = rest.subspan(batch.size());
        most = nextBatch(batch.size(), clock.monotonic() - begin);
    }
    return run;
}

}  // namespace tidemark::engine
