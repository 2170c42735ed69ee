#include "core/engine/written_headers.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace tidemark::engine {
namespace {

using replica::Catalog;
using replica::ObjectInfo;

Error writtenByOthers(const std::string& name)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("engine",
                                   "Nothing is deleted from a history that others wrote to: %1 "
                                   "is not Tidemark's."),
                     {name}},
            .next = {TIDEMARK_TEXT("engine",
                                   "Keep everything of this one, or give this database a new "
                                   "place.")}};
}

Error otherState(const std::string& name)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("engine",
                                   "%1 tells of another state than the files beside it, so nothing "
                                   "is deleted."),
                     {name}},
            .next = {TIDEMARK_TEXT("engine", "See: tidemarkctl verify STORAGE --all")}};
}

auto placeOf(const ObjectInfo& object)
{
    return std::tuple(object.level, object.minTxId, object.maxTxId);
}

}  // namespace

/// Only our files tell of digests.
Result<WrittenHeaders::Known> WrittenHeaders::read(const storage::Storage& storage,
                                                   const ObjectInfo& object,
                                                   const std::stop_token& stop) const
{
    auto header = replica::readObjectHeader(storage, object, stop);
    if (!header.ok()) {
        return replica::naming(object.name, std::move(header).error());
    }
    const auto digests = ltx::digestsOf(header.value());
    if (!digests) {
        return writtenByOthers(object.name);
    }
    return Known{.level = object.level,
                 .range = {object.minTxId, object.maxTxId},
                 .sizeBytes = object.sizeBytes,
                 .listed = object.time,
                 .written = header.value().createdAt,
                 .digests = *digests};
}

/// Of each transaction every object has the same digest, be it after it or before it; what holds
/// every page has found none.
Status WrittenHeaders::checkOneHistory(const Catalog& catalog) const
{
    std::unordered_map<std::uint64_t, std::uint64_t> after;
    after.reserve(m_known.size());
    for (std::size_t i = 0; i < m_known.size(); ++i) {
        const std::uint64_t digest = m_known[i].digests.after;
        if (after.try_emplace(m_known[i].range.maxTxId.value, digest).first->second != digest) {
            return otherState(catalog.objects[i].name);
        }
    }
    for (std::size_t i = 0; i < m_known.size(); ++i) {
        const auto found = after.find(m_known[i].range.minTxId.value - 1);
        const std::uint64_t before = m_known[i].digests.before;
        if (found != after.end() && before != 0 && found->second != before) {
            return otherState(catalog.objects[i].name);
        }
    }
    return {};
}

std::vector<WrittenHeaders::Known>::const_iterator WrittenHeaders::find(
    const ObjectInfo& object) const
{
    const auto place = [](const Known& each) {
        return std::tuple(each.level, each.range.minTxId, each.range.maxTxId);
    };
    const auto found = std::ranges::lower_bound(m_known, placeOf(object), {}, place);
    return found != m_known.end() && place(*found) == placeOf(object) ? found : m_known.end();
}

bool WrittenHeaders::isWhole(const ObjectInfo& object) const
{
    const auto found = find(object);
    return found != m_known.end() && found->isWhole;
}

void WrittenHeaders::noteWhole(const ObjectInfo& object)
{
    if (const auto found = find(object); found != m_known.end()) {
        m_known[static_cast<std::size_t>(found - m_known.cbegin())].isWhole = true;
    }
}

Result<bool> WrittenHeaders::apply(const storage::Storage& storage, Catalog& catalog,
                                   std::size_t limit, const std::stop_token& stop)
{
    std::vector<Known> known;
    known.reserve(catalog.objects.size());
    auto next = m_known.begin();
    const auto remembered = [&](const ObjectInfo& object) -> const Known* {
        while (next != m_known.end() && std::tuple(next->level, next->range.minTxId,
                                                   next->range.maxTxId) < placeOf(object)) {
            ++next;
        }
        const bool isSame = next != m_known.end() && next->level == object.level &&
                            next->range == ltx::TxRange{object.minTxId, object.maxTxId} &&
                            next->sizeBytes == object.sizeBytes && next->listed == object.time;
        return isSame ? &*next : nullptr;
    };
    std::size_t missing = 0;
    std::size_t reads = 0;
    std::optional<Error> failure;
    for (const ObjectInfo& object : catalog.objects) {
        if (const Known* const same = remembered(object)) {
            known.push_back(*same);
            continue;
        }
        if (failure || reads == limit) {
            ++missing;
            continue;
        }
        ++reads;
        auto fresh = read(storage, object, stop);
        if (fresh.ok()) {
            known.push_back(fresh.value());
        } else {
            failure = std::move(fresh).error();
        }
    }
    // Also what was read before a failure need not be read again.
    m_known = std::move(known);
    if (failure) {
        return std::move(*failure);
    }
    if (missing > 0) {
        return false;
    }
    TIDEMARK_TRY_STATUS(checkOneHistory(catalog));
    std::vector<ObjectInfo> objects = std::move(catalog.objects);
    for (std::size_t i = 0; i < objects.size(); ++i) {
        objects[i].time = m_known[i].written;
        objects[i].precision = replica::TimePrecision::Exact;
    }
    catalog = replica::buildCatalog(std::move(objects), std::move(catalog.foreign));
    return true;
}

}  // namespace tidemark::engine
