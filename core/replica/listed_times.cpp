#include "core/replica/listed_times.h"

#include "core/base/parallel.h"
#include "core/replica/ltx_object.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tidemark::replica {
namespace {

// Less is what a listing may round.
constexpr std::chrono::seconds kRounding{1};

/// The header's time; empty when the object is damaged or gone.
Result<std::optional<Timestamp>> writtenTime(const storage::Storage& storage,
                                             const ObjectInfo& object, const std::stop_token& stop)
{
    const auto header = readObjectHeader(storage, object, stop);
    if (header.ok()) {
        return std::optional(header.value().createdAt);
    }
    const bool isOfObject =
        header.error().code == ErrorCode::Damaged || header.error().code == ErrorCode::NotFound;
    return isOfObject ? Result<std::optional<Timestamp>>(std::nullopt) : header.error();
}

Moment* listedMomentOf(Catalog& catalog, const ObjectInfo& object)
{
    const auto found = std::ranges::lower_bound(catalog.moments, object.maxTxId, {}, &Moment::txId);
    const bool isListed = found != catalog.moments.end() && found->txId == object.maxTxId &&
                          found->precision == TimePrecision::Listed;
    return isListed ? &*found : nullptr;
}

Result<bool> isOff(const storage::Storage& storage, const Catalog& catalog, std::size_t index,
                   const std::stop_token& stop)
{
    const Moment& moment = catalog.moments[index];
    const auto object = std::ranges::find(catalog.objects, moment.txId, &ObjectInfo::maxTxId);
    if (moment.precision != TimePrecision::Listed || object == catalog.objects.end()) {
        return false;
    }
    TIDEMARK_TRY(const auto written, writtenTime(storage, *object, stop));
    return written && std::chrono::abs(*written - moment.time) >= kRounding;
}

}  // namespace

Status correctListedTimes(const storage::Storage& storage, Catalog& catalog,
                          const std::stop_token& stop)
{
    if (catalog.format != Catalog::Format::Ltx || catalog.moments.empty()) {
        return {};
    }
    const std::size_t count = catalog.moments.size();
    bool anyOff = false;
    for (const std::size_t index : std::array{count - 1, count / 2, std::size_t{0}}) {
        TIDEMARK_TRY(const bool off, isOff(storage, catalog, index, stop));
        anyOff = anyOff || off;
    }
    if (!anyOff) {
        return {};
    }
    std::set<const Moment*> seen;
    std::vector<std::pair<ObjectInfo*, Moment*>> listed;
    for (ObjectInfo& object : catalog.objects) {
        // Objects of several levels may end with the same moment.
        Moment* const moment = listedMomentOf(catalog, object);
        if (moment != nullptr && seen.insert(moment).second) {
            listed.emplace_back(&object, moment);
        }
    }
    const auto correctOne = [&](unsigned, std::size_t index) -> Status {
        const auto [object, moment] = listed[index];
        TIDEMARK_TRY(const auto written, writtenTime(storage, *object, stop));
        if (written) {
            object->time = moment->time = *written;
            object->precision = moment->precision = TimePrecision::Exact;
        }
        return {};
    };
    return parallelFor(storage.readsAtOnce(), listed.size(), correctOne);
}

}  // namespace tidemark::replica
