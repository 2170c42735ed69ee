#include "core/replica/v03_replica.h"

#include "core/replica/v03_layout.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
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

/// A moment of a generation and what leads to it.
struct Step {
    LegacyPosition position = {};
    const Object& object;  ///< What is new in it.
    const Object& snapshot;
    std::span<const Object* const> parts;  ///< Behind the snapshot.
    bool isBroken = false;                 ///< Parts were missing before it.
};

/// Walks through a generation in the order in which it was written. A snapshot is the database of
/// the start of its WAL file, or of any later place in that file before it was taken: so it does
/// not serve the moments that are older than itself.
class Chain {
public:
    explicit Chain(const Generation& generation) : m_generation(generation) {}

    template <typename OnStep>
    void walk(OnStep step)
    {
        auto part = m_generation.parts.begin();
        auto snapshot = m_generation.snapshots.begin();
        while (part != m_generation.parts.end() || snapshot != m_generation.snapshots.end()) {
            const bool takesSnapshot =
                part == m_generation.parts.end() ||
                (snapshot != m_generation.snapshots.end() && comesBefore(*snapshot, *part));
            // A snapshot of what is reached already is no moment of its own.
            if (takesSnapshot ? addSnapshot(*snapshot) : addPart(*part)) {
                const Object& object = takesSnapshot ? *snapshot : *part;
                const auto next = takesSnapshot ? part : std::next(part);
                step(Step{.position = positionBefore(next),
                          .object = object,
                          .snapshot = *m_snapshot,
                          .parts = m_parts,
                          .isBroken = std::exchange(m_isBroken, false)});
            }
            takesSnapshot ? static_cast<void>(++snapshot) : static_cast<void>(++part);
        }
    }

    [[nodiscard]] bool isBroken() const { return m_isBroken; }

private:
    using Objects = std::vector<const Object*>;

    static bool comesBefore(const Object& snapshot, const Object& part)
    {
        return snapshot.key.index < part.key.index ||
               (snapshot.key.index == part.key.index && part.time() >= snapshot.time());
    }

    /// Whether it is a moment.
    bool addSnapshot(const Object& snapshot)
    {
        const bool isReached = m_snapshot && !m_sameFile.empty() &&
                               m_sameFile.front()->key.index == snapshot.key.index;
        m_snapshot = &snapshot;
        m_parts = !m_sameFile.empty() && m_sameFile.front()->key.index == snapshot.key.index
                      ? m_sameFile
                      : Objects();
        return !isReached;
    }

    bool addPart(const Object& part)
    {
        const bool leadsOn = m_snapshot && follows(part.key);
        if (part.key.offsetBytes == 0) {
            m_sameFile.clear();
        }
        const bool isInFile =
            part.key.offsetBytes == 0 ||
            (!m_sameFile.empty() && m_sameFile.back()->key.index == part.key.index);
        if (isInFile) {
            m_sameFile.push_back(&part);
        } else {
            m_sameFile.clear();
        }
        if (leadsOn) {
            m_parts.push_back(&part);
        } else {
            m_snapshot = nullptr;
            m_isBroken = true;
        }
        return leadsOn;
    }

    /// The first part of a WAL file starts at 0, and files follow each other; where the others must
    /// start only reading can tell.
    [[nodiscard]] bool follows(const LegacyKey& key) const
    {
        if (m_parts.empty()) {
            return key.index == m_snapshot->key.index && key.offsetBytes == 0;
        }
        const std::uint32_t last = m_parts.back()->key.index;
        return key.offsetBytes == 0 ? key.index == last + 1 : key.index == last;
    }

    /// Where the parts so far end: where the next one starts, if it is of the same file.
    [[nodiscard]] LegacyPosition positionBefore(std::vector<Object>::const_iterator next) const
    {
        LegacyPosition position{.generation = m_generation.name, .index = m_snapshot->key.index};
        if (!m_parts.empty()) {
            position.index = m_parts.back()->key.index;
            const bool goesOn =
                next != m_generation.parts.end() && next->key.index == position.index;
            position.offsetBytes = goesOn ? next->key.offsetBytes : kWholeWal;
        }
        return position;
    }

    const Generation& m_generation;
    const Object* m_snapshot = nullptr;  // Null where nothing leads on.
    Objects m_parts;                     // Behind it.
    Objects m_sameFile;                  // The parts of the WAL file that is being read.
    bool m_isBroken = false;
};

struct LegacyListing {
    std::vector<Generation> generations = {};
    std::vector<std::string> foreign = {};
};

LegacyPlan planOf(const Step& step)
{
    LegacyPlan plan{.snapshotName = step.snapshot.entry.name,
                    .snapshotSizeBytes = step.snapshot.entry.sizeBytes};
    for (const Object* const each : step.parts) {
        plan.parts.push_back({.index = each->key.index,
                              .offsetBytes = each->key.offsetBytes,
                              .name = each->entry.name,
                              .sizeBytes = each->entry.sizeBytes});
    }
    return plan;
}

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
    chain.walk([&](const Step& step) {
        const ltx::TxId number{lastNumber().value + 1};
        if (std::exchange(starts, false)) {
            addGap(number,
                   {TIDEMARK_TEXT("replica", "Litestream lost track and began generation %1."),
                    {generation.name}});
        } else if (step.isBroken) {
            addGap(number, missing);
        }
        catalog.moments.push_back({.txId = number,
                                   .time = step.object.time(),
                                   .bytes = step.object.entry.sizeBytes,
                                   .legacy = step.position});
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
    for (const Generation& generation : listing.generations) {
        Chain(generation).walk([&](const Step& step) {
            // More parts may have come since: what was the last one is the last of its file now.
            const bool isWhole = position.offsetBytes == kWholeWal && !step.parts.empty() &&
                                 step.position.index == position.index;
            if (step.position == position || isWhole) {
                found = planOf(step);
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
