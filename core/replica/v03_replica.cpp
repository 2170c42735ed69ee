#include "core/replica/v03_replica.h"

#include "core/replica/v03_layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace tidemark::replica {
namespace {

struct Object {
    LegacyKey key = {};
    storage::ObjectEntry entry = {};

    [[nodiscard]] Timestamp time() const { return entry.modified.value_or(Timestamp()); }
};

/// One generation: snapshots by index, WAL parts by index and offset.
struct Generation {
    std::string name = {};
    std::vector<Object> snapshots = {};
    std::vector<Object> parts = {};
    Timestamp first = Timestamp::max();
    Timestamp last = Timestamp::min();

    void add(Object object)
    {
        first = std::min(first, object.time());
        last = std::max(last, object.time());
        (object.key.isSnapshot ? snapshots : parts).push_back(std::move(object));
    }

    void sort()
    {
        const auto place = [](const Object& object) {
            return std::tuple(object.key.index, object.key.offsetBytes);
        };
        std::ranges::sort(snapshots, {}, place);
        std::ranges::sort(parts, {}, place);
    }
};

/// The moments of one generation in order, each with the objects that it needs.
class Chain {
public:
    explicit Chain(const Generation& generation) : m_generation(generation) {}

    /// Calls `moment(position, object, isBroken)` for each moment: `object` is what is new in it;
    /// `isBroken` says that parts were missing before it.
    template <typename OnMoment>
    void walk(OnMoment moment)
    {
        auto part = m_generation.parts.begin();
        const auto end = m_generation.parts.end();
        auto snapshot = m_generation.snapshots.begin();
        while (part != end || snapshot != m_generation.snapshots.end()) {
            // A snapshot stands at the start of the WAL file of its index.
            if (snapshot != m_generation.snapshots.end() &&
                (part == end || snapshot->key.index <= part->key.index)) {
                // What is reached already needs no other way to it.
                moment(at(snapshot->key.index, 0), *snapshot, m_isBroken);
                m_isBroken = false;
                m_index = snapshot->key.index;
                m_hasStart = true;
                m_parts = 0;
                ++snapshot;
                continue;
            }
            if (!follows(part->key)) {
                m_isBroken = true;
                m_hasStart = false;
                ++part;
                continue;
            }
            m_index = part->key.index;
            ++m_parts;
            const auto next = std::next(part);
            const bool goesOn = next != end && next->key.index == part->key.index;
            moment(at(part->key.index, goesOn ? next->key.offsetBytes : kWholeWal), *part,
                   m_isBroken);
            m_isBroken = false;
            ++part;
        }
    }

    [[nodiscard]] bool isBroken() const { return m_isBroken; }

private:
    [[nodiscard]] LegacyPosition at(std::uint32_t index, std::uint64_t offset) const
    {
        return {.generation = m_generation.name, .index = index, .offsetBytes = offset};
    }

    /// The first part of a WAL file starts at 0 and its index follows the last one; where the
    /// others must start only reading can tell.
    [[nodiscard]] bool follows(const LegacyKey& key) const
    {
        if (!m_hasStart) {
            return false;
        }
        const bool isFirst = m_parts == 0 && key.index == m_index;
        const bool isNextFile = m_parts > 0 && key.index == m_index + 1;
        if (isFirst || isNextFile) {
            return key.offsetBytes == 0;
        }
        return m_parts > 0 && key.index == m_index;
    }

    const Generation& m_generation;
    std::uint32_t m_index = 0;  // Of the WAL file that was reached.
    int m_parts = 0;            // Since the snapshot.
    bool m_hasStart = false;
    bool m_isBroken = false;
};

struct LegacyListing {
    std::vector<Generation> generations = {};
    std::vector<std::string> foreign = {};
};

Result<LegacyListing> listGenerations(const storage::Storage& storage, const std::string& prefix,
                                      const std::stop_token& stop)
{
    std::map<std::string, Generation> generations;
    LegacyListing listing;
    const auto add = [&](const storage::ObjectEntry& entry) {
        if (auto key = parseLegacyName(entry.name)) {
            Generation& generation = generations[key->generation];
            generation.name = key->generation;
            generation.add({.key = *std::move(key), .entry = entry});
        } else {
            listing.foreign.push_back(entry.name);
        }
        return storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list(prefix, add, stop));
    for (auto& [name, generation] : generations) {
        generation.sort();
        listing.generations.push_back(std::move(generation));
    }
    std::ranges::sort(listing.generations, {}, [](const Generation& each) {
        return std::tuple(each.last, each.first, each.name);
    });
    return listing;
}

void addMoments(const Generation& generation, bool isFirst, Catalog& catalog)
{
    const auto lastNumber = [&] {
        return catalog.moments.empty() ? ltx::TxId{} : catalog.moments.back().txId;
    };
    bool starts = !isFirst;
    const auto addGap = [&](ltx::TxId before, Message reason) {
        catalog.gaps.push_back(
            {.after = lastNumber(), .before = before, .reason = std::move(reason)});
    };
    const Message missing{
        TIDEMARK_TEXT("replica", "Parts of the write-ahead log are missing in generation %1."),
        {generation.name}};
    Chain chain(generation);
    chain.walk([&](LegacyPosition position, const Object& object, bool isBroken) {
        const ltx::TxId number{lastNumber().value + 1};
        if (std::exchange(starts, false)) {
            addGap(number,
                   {TIDEMARK_TEXT("replica", "Litestream lost track and began generation %1."),
                    {generation.name}});
        } else if (isBroken) {
            addGap(number, missing);
        }
        catalog.moments.push_back({.txId = number,
                                   .time = object.time(),
                                   .bytes = object.entry.sizeBytes,
                                   .legacy = std::move(position)});
    });
    if (chain.isBroken()) {
        addGap({}, missing);
    }
}

}  // namespace

Result<Catalog> readLegacyCatalog(const storage::Storage& storage, const std::stop_token& stop)
{
    TIDEMARK_TRY(LegacyListing listing, listGenerations(storage, std::string(kLegacyPrefix), stop));
    Catalog catalog;
    catalog.foreign = std::move(listing.foreign);
    for (const Generation& each : listing.generations) {
        catalog.format = Catalog::Format::Legacy;
        addMoments(each, catalog.moments.empty(), catalog);
    }
    return catalog;
}

Result<LegacyPlan> planLegacy(const storage::Storage& storage, const LegacyPosition& position,
                              const std::stop_token& stop)
{
    const std::string prefix = std::string(kLegacyPrefix) + position.generation + '/';
    TIDEMARK_TRY(const LegacyListing listing, listGenerations(storage, prefix, stop));
    std::optional<LegacyPlan> found;
    LegacyPlan plan;
    for (const Generation& generation : listing.generations) {
        Chain(generation).walk([&](const LegacyPosition& here, const Object& object, bool) {
            if (object.key.isSnapshot) {
                plan = {.snapshotName = object.entry.name,
                        .snapshotSizeBytes = object.entry.sizeBytes};
            } else {
                plan.parts.push_back({.index = object.key.index,
                                      .offsetBytes = object.key.offsetBytes,
                                      .name = object.entry.name,
                                      .sizeBytes = object.entry.sizeBytes});
            }
            // More parts may have come since: what was the last one is the last of its file now.
            const bool isWhole = position.offsetBytes == kWholeWal &&
                                 here.index == position.index && !object.key.isSnapshot;
            if (here == position || isWhole) {
                found = plan;
            }
        });
    }
    if (!found) {
        return Error{
            .code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("replica", "The moment is not in generation %1 any more."),
                     {position.generation}},
            .next = {TIDEMARK_TEXT("replica", "List the replica again.")}};
    }
    return *std::move(found);
}

}  // namespace tidemark::replica
