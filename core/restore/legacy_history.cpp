#include "core/restore/legacy_history.h"

#include "core/replica/legacy_wal.h"
#include "core/replica/lz4_frame_reader.h"
#include "core/replica/object_source.h"
#include "core/replica/restore_plan.h"
#include "core/replica/v03_replica.h"
#include "core/restore/legacy_writer.h"
#include "core/restore/parallel.h"
#include "core/sqlite/file_header.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::restore {
namespace {

/// What can be checked by itself: a snapshot, or the parts of one WAL file.
struct Unit {
    bool isSnapshot = false;
    bool isFollowed = false;  ///< The next WAL file is there.
    std::span<const replica::LegacyPart> files = {};
};

Error notWhole()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("restore", "The snapshot is not a whole database file.")}};
}

/// Reads a snapshot to its end; its first bytes are the database's header, or it is empty.
Status checkContent(ByteReader& reader, const std::string& name, const std::stop_token& stop)
{
    std::vector<std::byte> head;
    std::vector<std::byte> piece(replica::Lz4FrameReader::kPieceBytes);
    std::uint64_t size = 0;
    for (;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const std::size_t got, reader.read(piece));
        if (got == 0) {
            break;
        }
        const std::size_t more = std::min(got, sqlite::kFileHeaderSize - head.size());
        head.insert(head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(more));
        size += got;
    }
    if (size == 0) {
        return {};
    }
    if (head.size() < sqlite::kFileHeaderSize) {
        return notWhole();
    }
    TIDEMARK_TRY(const auto header,
                 sqlite::decodeFileHeader(std::span(head).first<sqlite::kFileHeaderSize>(), name));
    return size % header.pageSizeBytes == 0 ? Status() : Status(notWhole());
}

Status checkSnapshot(const storage::Storage& storage, const std::string& name,
                     const std::stop_token& stop)
{
    TIDEMARK_TRY(auto compressed, storage.read(name, 0, storage::kToTheEnd, stop));
    replica::Lz4FrameReader reader(std::move(compressed));
    auto checked = checkContent(reader, name, stop);
    return checked.ok() ? checked : Status(replica::naming(name, std::move(checked).error()));
}

/// Damaged parts by name, and how many could not be checked.
class Findings {
public:
    Findings(const storage::Storage& storage, const std::stop_token& stop)
        : m_storage(storage), m_stop(stop)
    {
    }

    /// Fails only for a reason that lies in the storage. Any thread may call it.
    [[nodiscard]] Status check(const Unit& unit)
    {
        if (unit.isSnapshot) {
            const std::string& name = unit.files.front().name;
            return note(name, checkSnapshot(m_storage, name, m_stop), 0);
        }
        return checkWal(unit);
    }

    [[nodiscard]] const std::map<std::string, Error>& faults() const { return m_faults; }
    [[nodiscard]] std::uint64_t unchecked() const { return m_unchecked; }

private:
    [[nodiscard]] Status checkWal(const Unit& unit)
    {
        replica::LegacyWalReader wal(m_storage, unit.files, m_stop);
        for (bool isCommitted = true;;) {
            if (m_stop.stop_requested()) {
                return cancelled();
            }
            const auto page = wal.next();
            if (!page.ok()) {
                const auto behind = &unit.files.back() - &wal.part();
                return note(wal.part().name, page.error(), static_cast<std::uint64_t>(behind));
            }
            if (!page.value()) {
                const std::string& name = unit.files.back().name;
                const bool isCut = unit.isFollowed && !isCommitted;
                return isCut ? note(name, endsWithin(name), 0) : Status();
            }
            isCommitted = page.value()->pageCountAfterCommit != 0;
        }
    }

    [[nodiscard]] Status note(const std::string& name, Status checked, std::uint64_t behind)
    {
        if (checked.ok() || (checked.error().code != ErrorCode::Damaged &&
                             checked.error().code != ErrorCode::Unsupported)) {
            return checked;
        }
        const std::scoped_lock lock(m_mutex);
        m_faults.emplace(name, std::move(checked).error());
        m_unchecked += behind;
        return {};
    }

    const storage::Storage& m_storage;
    const std::stop_token& m_stop;
    std::mutex m_mutex;  // Guards what follows.
    std::map<std::string, Error> m_faults;
    std::uint64_t m_unchecked = 0;
};

std::vector<Unit> unitsOf(const std::vector<replica::LegacyFiles>& generations)
{
    std::vector<Unit> units;
    for (const replica::LegacyFiles& generation : generations) {
        for (std::size_t i = 0; i < generation.snapshots.size(); ++i) {
            units.push_back(
                {.isSnapshot = true, .files = std::span(generation.snapshots).subspan(i, 1)});
        }
        for (std::span<const replica::LegacyPart> rest = generation.parts; !rest.empty();) {
            const auto end = std::ranges::find_if(rest, [&](const replica::LegacyPart& each) {
                return each.index != rest.front().index;
            });
            const auto count = static_cast<std::size_t>(end - rest.begin());
            const bool isFollowed = end != rest.end() && end->index == rest.front().index + 1;
            units.push_back({.isFollowed = isFollowed, .files = rest.first(count)});
            rest = rest.subspan(count);
        }
    }
    return units;
}

std::uint64_t bytesOf(const Unit& unit)
{
    std::uint64_t bytes = 0;
    for (const replica::LegacyPart& each : unit.files) {
        bytes += each.sizeBytes;
    }
    return bytes;
}

/// Fills in what the damage takes away. `needs` is for each moment.
void addWithdrawn(const replica::Catalog& catalog, const std::vector<std::string>& needs,
                  DamagedObject& damaged)
{
    const auto& moments = catalog.moments;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        if (needs[i] == damaged.name) {
            damaged.withdrawn.first =
                damaged.withdrawn.moments++ == 0 ? moments[i].txId : damaged.withdrawn.first;
            damaged.withdrawn.last = moments[i].txId;
            damaged.goodAfter.reset();
        } else if (needs[i].empty() && damaged.withdrawn.moments == 0) {
            damaged.goodBefore = moments[i];
        } else if (needs[i].empty() && !damaged.goodAfter) {
            damaged.goodAfter = moments[i];
        }
    }
    if (damaged.withdrawn.moments == 0) {
        damaged.goodBefore.reset();
    }
}

Status addDamage(const storage::Storage& storage, const replica::Catalog& catalog,
                 const std::map<std::string, Error>& faults, const std::stop_token& stop,
                 HistoryReport& report)
{
    std::set<std::string> names;
    for (const auto& [name, fault] : faults) {
        names.insert(name);
    }
    TIDEMARK_TRY(const auto needs, replica::damageByMoment(storage, names, stop));
    if (needs.size() != catalog.moments.size()) {
        return replica::notThereAnyMore(catalog.moments.front().legacy->generation);
    }
    for (const auto& [name, fault] : faults) {
        DamagedObject damaged{.name = name, .fault = fault};
        addWithdrawn(catalog, needs, damaged);
        report.moments.damaged += damaged.withdrawn.moments;
        report.damaged.push_back(std::move(damaged));
    }
    return {};
}

/// Parts between two moments of one generation that nothing leads to: a log before them is missing.
/// Their number is added to the objects that are unreachable.
std::optional<replica::Gap> findHole(const replica::Catalog& catalog,
                                     const std::vector<replica::LegacyFiles>& generations,
                                     Tally& objects)
{
    std::optional<replica::Gap> hole;
    for (const replica::Gap& gap : catalog.gaps) {
        if (gap.after == ltx::TxId{} || gap.isTail()) {
            continue;
        }
        const auto& below = *catalog.moments[gap.after.value - 1].legacy;
        const auto& above = *catalog.moments[gap.before.value - 1].legacy;
        const auto files =
            std::ranges::find(generations, below.generation, &replica::LegacyFiles::generation);
        if (below.generation != above.generation || files == generations.end()) {
            continue;
        }
        const auto stranded =
            std::ranges::count_if(files->parts, [&](const replica::LegacyPart& each) {
                return each.index > below.index && each.index < above.index;
            });
        objects.unreachable += static_cast<std::uint64_t>(stranded);
        hole = hole || stranded == 0 ? hole : std::optional(gap);
    }
    return hole;
}

}  // namespace

Result<HistoryReport> verifyLegacy(const storage::Storage& storage, const replica::Catalog& catalog,
                                   ProgressMeter& meter, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto generations, replica::listLegacyFiles(storage, stop));
    const std::vector<Unit> units = unitsOf(generations);
    HistoryReport report{.format = catalog.format};
    std::uint64_t objects = 0;
    for (const Unit& unit : units) {
        report.bytes += bytesOf(unit);
        objects += unit.files.size();
    }
    meter.expect(report.bytes);
    meter.enter(Phase::Checking);
    Findings findings(storage, stop);
    const auto checkOne = [&](unsigned, std::size_t i) -> Status {
        TIDEMARK_TRY_STATUS(findings.check(units[i]));
        meter.add(bytesOf(units[i]));
        return {};
    };
    TIDEMARK_TRY_STATUS(parallelFor(restoreThreads(storage), units.size(), checkOne));
    if (!findings.faults().empty()) {
        TIDEMARK_TRY_STATUS(addDamage(storage, catalog, findings.faults(), stop, report));
    }
    report.objects.damaged = findings.faults().size();
    report.objects.unreachable = findings.unchecked();
    report.hole = findHole(catalog, generations, report.objects);
    report.objects.checked = objects - report.objects.damaged - report.objects.unreachable;
    report.moments.checked = catalog.moments.size() - report.moments.damaged;
    if (!catalog.gaps.empty() && catalog.gaps.back().isTail()) {
        report.lost = catalog.gaps.back();
    }
    return report;
}

}  // namespace tidemark::restore
