#include "core/replica/v03_replica.h"

#include "core/replica/restore_plan.h"
#include "core/replica/v03_layout.h"

#include <algorithm>
#include <iterator>
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

/// Walks through a generation, WAL file by WAL file. A snapshot is the database of any place in the
/// WAL file of its index, which no name tells and times only where nobody copied the folder. The
/// whole file covers all that it may hold; so in that file only the last part can be applied to
/// it, and the moments before need an earlier snapshot.
class Chain {
public:
    explicit Chain(const Generation& generation) : m_generation(generation) {}

    template <typename OnStep>
    void walk(OnStep onStep)
    {
        auto part = m_generation.parts.begin();
        auto snapshot = m_generation.snapshots.begin();
        while (part != m_generation.parts.end() || snapshot != m_generation.snapshots.end()) {
            File file{.index = UINT32_MAX};
            if (part != m_generation.parts.end()) {
                file.index = part->key.index;
            }
            if (snapshot != m_generation.snapshots.end() && snapshot->key.index <= file.index) {
                file.index = snapshot->key.index;
                file.snapshot = &*snapshot++;
            }
            const auto first = part;
            while (part != m_generation.parts.end() && part->key.index == file.index) {
                ++part;
            }
            file.parts = std::span(first, part);
            leadsOn(file) ? addFollowing(file, onStep) : addFirst(file, onStep);
        }
    }

    [[nodiscard]] bool isBroken() const { return m_isBroken; }

private:
    /// A WAL file, and the snapshot of its time.
    struct File {
        std::uint32_t index = 0;
        const Object* snapshot = nullptr;
        std::span<const Object> parts = {};

        /// As far as names tell: where later parts must start only reading can tell.
        [[nodiscard]] bool isWhole() const
        {
            return !parts.empty() && parts.front().key.offsetBytes == 0;
        }
    };

    [[nodiscard]] bool leadsOn(const File& file) const
    {
        return !m_parts.empty() && m_parts.back()->key.index + 1 == file.index && file.isWhole();
    }

    template <typename OnStep>
    void addFollowing(const File& file, OnStep& onStep)
    {
        for (std::size_t i = 0; i < file.parts.size(); ++i) {
            m_parts.push_back(&file.parts[i]);
            if (i + 1 == file.parts.size() && file.snapshot) {
                startAt(file);
            }
            emit(file.parts[i], positionOf(file, i), onStep);
        }
    }

    /// A file to which nothing leads.
    template <typename OnStep>
    void addFirst(const File& file, OnStep& onStep)
    {
        // A snapshot that was taken before any part of its file came misses nothing.
        const bool followsOn =
            file.snapshot && !m_parts.empty() && m_parts.back()->key.index + 1 == file.index;
        m_isBroken = m_isBroken || (m_snapshot && !followsOn);
        m_snapshot = nullptr;
        m_parts.clear();
        if (file.snapshot) {
            m_snapshot = file.snapshot;
            emit(*file.snapshot, {.generation = m_generation.name, .index = file.index}, onStep);
        }
        if (file.snapshot && file.isWhole()) {
            startAt(file);
            emit(file.parts.back(), positionOf(file, file.parts.size() - 1), onStep);
        } else if (!file.parts.empty()) {
            m_snapshot = nullptr;
            m_isBroken = true;
        }
    }

    void startAt(const File& file)
    {
        m_snapshot = file.snapshot;
        m_parts.clear();
        for (const Object& each : file.parts) {
            m_parts.push_back(&each);
        }
    }

    [[nodiscard]] LegacyPosition positionOf(const File& file, std::size_t part) const
    {
        const bool isLast = part + 1 == file.parts.size();
        return {.generation = m_generation.name,
                .index = file.index,
                .offsetBytes = isLast ? kWholeWal : file.parts[part + 1].key.offsetBytes,
                .partOffsetBytes = file.parts[part].key.offsetBytes};
    }

    template <typename OnStep>
    void emit(const Object& object, LegacyPosition position, OnStep& onStep)
    {
        onStep(Step{.position = std::move(position),
                    .object = object,
                    .snapshot = *m_snapshot,
                    .parts = m_parts,
                    .isBroken = std::exchange(m_isBroken, false)});
    }

    const Generation& m_generation;
    const Object* m_snapshot = nullptr;  // Null where nothing leads on.
    std::vector<const Object*> m_parts;  // Behind it.
    bool m_isBroken = false;
};

struct LegacyListing {
    std::vector<Generation> generations = {};
    std::vector<std::string> foreign = {};
};

LegacyPart partOf(const Object& object)
{
    return {.index = object.key.index,
            .offsetBytes = object.key.offsetBytes,
            .name = object.entry.name,
            .sizeBytes = object.entry.sizeBytes};
}

LegacyPlan planOf(const Step& step)
{
    LegacyPlan plan{.snapshotName = step.snapshot.entry.name,
                    .snapshotSizeBytes = step.snapshot.entry.sizeBytes};
    for (const Object* const each : step.parts) {
        plan.parts.push_back(partOf(*each));
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

/// Finds what is damaged of that which leads to a moment. Moments come as Chain walks: each has the
/// parts of the one before it and some more, or begins anew, so that each part is looked at once.
class DamageSearch {
public:
    explicit DamageSearch(const std::set<std::string>& damaged) : m_damaged(damaged) {}

    std::string find(const Step& step)
    {
        const bool goesOn = m_snapshot == &step.snapshot && m_looked <= step.parts.size() &&
                            m_looked > 0 && m_first == step.parts.front();
        if (!goesOn) {
            m_snapshot = &step.snapshot;
            m_looked = 0;
            m_found.clear();
            look(step.snapshot);
        }
        for (; m_looked < step.parts.size(); ++m_looked) {
            look(*step.parts[m_looked]);
        }
        m_first = step.parts.empty() ? nullptr : step.parts.front();
        return m_found;
    }

private:
    void look(const Object& object)
    {
        if (m_found.empty() && m_damaged.contains(object.entry.name)) {
            m_found = object.entry.name;
        }
    }

    const std::set<std::string>& m_damaged;
    const Object* m_snapshot = nullptr;
    const Object* m_first = nullptr;
    std::size_t m_looked = 0;  // Parts.
    std::string m_found;
};

/// Adds the moments of generation after generation, and the gaps between them.
class MomentList {
public:
    explicit MomentList(Catalog& catalog) : m_catalog(catalog) {}

    void add(const Generation& generation)
    {
        bool starts = !m_catalog.moments.empty();
        const Message missing{
            TIDEMARK_TEXT("replica", "Parts of the write-ahead log are missing in generation %1."),
            {generation.name}};
        Chain chain(generation);
        chain.walk([&](const Step& step) {
            const ltx::TxId number{last().value + 1};
            if (std::exchange(starts, false)) {
                addGap(number,
                       {TIDEMARK_TEXT("replica", "Litestream lost track and began generation %1."),
                        {generation.name}});
            } else if (step.isBroken) {
                addGap(number, missing);
            }
            m_stranded.reset();
            m_catalog.moments.push_back({.txId = number,
                                         .time = step.object.time(),
                                         .bytes = step.object.entry.sizeBytes,
                                         .legacy = step.position});
        });
        if (chain.isBroken()) {
            m_stranded = Stranded{.reason = missing, .until = generation.last};
        }
    }

    void finish()
    {
        if (m_stranded) {
            addGap({}, std::move(m_stranded->reason));
            m_catalog.gaps.back().until = m_stranded->until;
        }
    }

private:
    struct Stranded {
        Message reason = {};
        Timestamp until = {};
    };

    [[nodiscard]] ltx::TxId last() const
    {
        return m_catalog.moments.empty() ? ltx::TxId{} : m_catalog.moments.back().txId;
    }

    void addGap(ltx::TxId before, Message reason)
    {
        m_catalog.gaps.push_back({.after = last(), .before = before, .reason = std::move(reason)});
    }

    Catalog& m_catalog;
    std::optional<Stranded> m_stranded;  // Why what came after the last moment cannot be restored.
};

}  // namespace

Result<Catalog> readLegacyCatalog(const storage::Storage& storage, const std::stop_token& stop)
{
    TIDEMARK_TRY(LegacyListing listing, listGenerations(storage, std::string(kLegacyPrefix), stop));
    Catalog catalog;
    catalog.foreign = std::move(listing.foreign);
    MomentList moments(catalog);
    for (const Generation& each : listing.generations) {
        catalog.format = Catalog::Format::Legacy;
        moments.add(each);
    }
    moments.finish();
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
            if (step.position.isSameMoment(position)) {
                found = planOf(step);
            }
        });
    }
    if (!found) {
        return notThereAnyMore(position.generation);
    }
    return *std::move(found);
}

Result<std::vector<LegacyFiles>> listLegacyFiles(const storage::Storage& storage,
                                                 const std::stop_token& stop)
{
    TIDEMARK_TRY(const LegacyListing listing,
                 listGenerations(storage, std::string(kLegacyPrefix), stop));
    std::vector<LegacyFiles> all;
    for (const Generation& generation : listing.generations) {
        LegacyFiles files{.generation = generation.name};
        std::ranges::transform(generation.snapshots, std::back_inserter(files.snapshots), partOf);
        std::ranges::transform(generation.parts, std::back_inserter(files.parts), partOf);
        all.push_back(std::move(files));
    }
    return all;
}

Result<std::vector<std::string>> damageByMoment(const storage::Storage& storage,
                                                const std::set<std::string>& damaged,
                                                const std::stop_token& stop)
{
    TIDEMARK_TRY(const LegacyListing listing,
                 listGenerations(storage, std::string(kLegacyPrefix), stop));
    std::vector<std::string> needs;
    for (const Generation& generation : listing.generations) {
        DamageSearch search(damaged);
        Chain(generation).walk([&](const Step& step) { needs.push_back(search.find(step)); });
    }
    return needs;
}

}  // namespace tidemark::replica
