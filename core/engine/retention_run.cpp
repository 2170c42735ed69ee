#include "core/engine/retention_run.h"

#include <algorithm>
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
                          replica::PinBoard& pins, const std::stop_token& stop,
                          const std::function<Status()>& mayGoOn)
{
    RetentionRun run;
    for (std::span<const ObjectInfo> rest(plan.going); !rest.empty();) {
        if (stop.stop_requested()) {
            run.error = cancelled();
            break;
        }
        const auto batch = rest.first(std::min(rest.size(), kBatch));
        const auto claim = pins.claim(namesOf(batch));
        Status removed = mayGoOn();
        if (removed.ok()) {
            removed = replica.remove(claim.names(), stop);
        }
        if (!removed.ok()) {
            run.error = std::move(removed).error();
            break;
        }
        count(run, batch, claim.names());
        rest = rest.subspan(batch.size());
    }
    return run;
}

}  // namespace tidemark::engine
