#pragma once

#include "core/engine/counted_on.h"
#include "core/engine/mark_snapshots.h"
#include "core/engine/retention_look.h"
#include "core/engine/retention_run.h"
#include "core/engine/spool_room.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/marks.h"
#include "tests/core/engine/life_place.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/simulated_clock.h"

#include <array>
#include <map>
#include <random>
#include <string_view>

namespace tidemark::engine {

using namespace std::chrono_literals;

/// Chance from one number: the same life each time.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_engine(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t end) { return m_engine() % end; }
    [[nodiscard]] bool oneIn(std::uint64_t count) { return below(count) == 0; }

private:
    std::mt19937_64 m_engine;
};

/// One database with two replicas, over years: commits, uploads, merges of all levels, snapshots,
/// retention, marks, restores, restarts, losses of power, full disks, clocks that are set, storages
/// that fail, objects that are damaged. What is told to be safe must be, after every step.
///
/// The same for the same seed. No file of the computer is touched, and no time passes.
class Life {
public:
    explicit Life(std::uint64_t seed)
        : m_dice(seed),
          m_random(seed),
          m_spool(m_disk, m_random, "/spool"),
          m_hasDamage(m_dice.oneIn(3)),
          m_losesState(m_dice.oneIn(3))
    {
        static_cast<void>(m_disk.makeDirectories("/spool", kPrivateDirectory));
        static_cast<void>(m_disk.syncDirectory("/"));
        static_cast<void>(m_spool.open());
        m_state = newState();
        commit();
        for (std::size_t i = 0; i < m_places.size(); ++i) {
            Place& place = m_places.at(i);
            place.isSeldom = m_dice.oneIn(3);
            place.id = i == 0 ? "first" : "second";
            place.storage.next = [this, &place] { return chance(place); };
            start(place);
        }
    }

    static constexpr int kSteps = 120;

    void step()
    {
        switch (m_dice.below(10)) {
        case 0:
        case 1:
        case 2: commit(); break;
        case 3: sleep(); break;
        case 4: happen(); break;
        case 5:
        case 6: merge(anyPlace()); break;
        default: upload(anyPlace());
        }
        if (m_dice.oneIn(20)) {
            clean(anyPlace());
        }
        if (m_dice.oneIn(25)) {
            Place& place = anyPlace();
            place.isDown = !place.isDown;
        }
        trim();
    }

    /// Everything comes to rest: storages answer, all is read, and all that is due is done.
    void settle()
    {
        m_isCalm = true;
        m_disk.mend();
        capture();
        for (Place& place : m_places) {
            place.isDown = false;
            start(place);
            place.restore.reset();
            verify(place);
            for (int i = 0; i < kTurnsToRest; ++i) {
                m_clock.advance(1h);
                upload(place);
                if (isNameTaken(place)) {
                    commit();
                }
                for (int more = 0; more < kSteps && isMergeDue(place); ++more) {
                    merge(place);
                }
            }
        }
        for (Place& place : m_places) {
            upload(place);
            while (isBehind(place) && m_problem.empty() && ++m_turns < kSteps) {
                upload(place);
            }
            for (int more = 0; more < kSteps && isMergeDue(place); ++more) {
                merge(place);
            }
        }
        trim();
    }

    /// What is wrong, or nothing. `everywhere`: of each moment, else of a few.
    [[nodiscard]] std::string wrong(bool everywhere)
    {
        if (!m_problem.empty()) {
            return m_problem;
        }
        for (Place& place : m_places) {
            if (!everywhere && place.checkedAt == place.storage.changes()) {
                continue;
            }
            place.checkedAt = place.storage.changes();
            if (const std::string changed = place.storage.changedObject(); !changed.empty()) {
                return "overwritten: " + changed;
            }
            if (std::string found = wrongMoment(place, everywhere); !found.empty()) {
                return place.id + ": " + found;
            }
        }
        return wrongSpool();
    }

    /// Whether each replica has all, merged as far as it can be.
    [[nodiscard]] std::string unfinished()
    {
        for (Place& place : m_places) {
            if (place.uploader->confirmed().value != m_captured) {
                return place.id + ": not everything is uploaded";
            }
            if (isMergeDue(place)) {
                return place.id + ": not everything is merged";
            }
            const auto listed = replica::readLtxCatalog(place.storage.inside(), {}).value();
            const replica::ObjectNames missing = place.missing();
            const ReplicaLevels levels(replica::without(listed, missing), missing);
            // Of what stood in for an object that is damaged, a base makes a start forget the rest.
            if (place.spoilt.empty() && endsOf(levels) != endsOf(place.levels)) {
                return place.id + ": the levels are not what a listing says";
            }
            if (!isMoment(place.truth(), m_captured)) {
                return place.id + ": the newest moment cannot be restored";
            }
        }
        return {};
    }

    /// How often each thing happened.
    [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& counts() const
    {
        return m_counts;
    }

private:
    static constexpr int kTurnsToRest = 40;
    static constexpr int kLooks = 40;
    // Little, so that the spool is cut, and replicas that are away are given up.
    static constexpr std::uint64_t kKeptBytes = 4'000;
    static constexpr std::uint64_t kRoomBytes = 8'000;
    static constexpr RetentionPolicy kPolicy{.everyMomentAtMost = 20};

    // --- What happens to everybody.

    /// One of the rarer things.
    void happen()
    {
        Place& place = anyPlace();
        switch (m_dice.below(12)) {
        case 0:
        case 1: start(place); break;
        case 2: losePower(); break;
        case 3: mark(place); break;
        case 4: unmark(place); break;
        case 5: restore(place); break;
        case 6: orderSnapshot(place); break;
        case 7: copyFolder(place); break;
        case 8: verify(place); break;
        case 9:
            m_disk.failAt(m_disk.calls() + 1 + static_cast<int>(m_dice.below(8)), diskFault());
            break;
        case 10: spoil(place); break;
        default: loseFolder();
        }
    }

    void commit()
    {
        m_clock.advance(std::chrono::milliseconds(m_dice.below(20'000)));
        m_pageCount = std::max(1U, m_pageCount + static_cast<std::uint32_t>(m_dice.below(4)) - 1);
        m_pageCount = std::min(m_pageCount, 12U);
        std::set<std::uint32_t> pages = {1};
        for (auto count = m_dice.below(4); count > 0; --count) {
            pages.insert(1 + static_cast<std::uint32_t>(m_dice.below(m_pageCount)));
        }
        for (std::uint32_t page = m_known + 1; page <= m_pageCount; ++page) {
            pages.insert(page);
        }
        m_known = m_pageCount;
        m_committed = m_made.commit({pages.begin(), pages.end()}, m_pageCount);
        const bool isWrong = m_time > m_clock.now() + 1h;
        m_time = isWrong ? m_clock.now() : std::max(m_clock.now(), m_time + 1ms);
        m_made.setTime(m_committed, m_time);
        count("commits");
        capture();
    }

    /// What the spool did not take waits, as it does in a log that nobody cuts.
    void capture()
    {
        while (m_captured < m_committed) {
            const std::uint64_t next = m_captured + 1;
            const std::string bytes = m_made.fileOf({{next}, {next}});
            const auto added = m_spool.add({next}, [&bytes](ByteSink& sink) {
                return sink.write(std::as_bytes(std::span(bytes)));
            });
            if (!added.ok()) {
                count("captures that failed");
                return;
            }
            m_captured = next;
        }
    }

    void sleep()
    {
        constexpr std::array<std::chrono::milliseconds, 5> kSpans = {1min, 10min, 2h, 30h, 3000h};
        m_clock.advance(kSpans.at(m_dice.below(kSpans.size())));
        if (m_dice.oneIn(6)) {
            const auto years = std::chrono::hours(m_dice.below(20'000));
            m_clock.jumpWallTime(m_dice.oneIn(2) ? years : -years);
            count("clocks set");
        }
    }

    [[nodiscard]] ErrorCode diskFault()
    {
        return m_dice.oneIn(2) ? ErrorCode::NoSpace : ErrorCode::Io;
    }

    /// Of the whole computer: what was not synced is gone, of the spool and of the state.
    void losePower()
    {
        m_disk.losePower();
        m_disk.mend();
        for (Place& place : m_places) {
            if (place.synced) {
                static_cast<void>(m_state->setReplica(*place.synced));
            }
            place.restore.reset();
        }
        if (m_losesState && m_dice.oneIn(4)) {
            m_state = newState();
            count("states lost");
        }
        for (Place& place : m_places) {
            start(place);
        }
        count("losses of power");
        capture();
    }

    /// Somebody empties the spool's folder: each replica that lacks something gets a new base.
    void loseFolder()
    {
        static_cast<void>(m_spool.removeUpTo({m_captured}));
        m_lostUpTo = m_captured;
        count("spools lost");
    }

    void trim()
    {
        ltx::TxId everywhere{m_captured};
        ltx::TxId merged = everywhere;
        std::vector<SpoolReader> readers;
        for (const Place& place : m_places) {
            everywhere = std::min(everywhere, has(place));
            merged = std::min(merged, place.levels.newest(1));
            readers.push_back({.has = has(place), .isAnswering = !place.isDown});
        }
        m_isTrimmed = m_spool.trim(everywhere, std::min(everywhere, merged), kKeptBytes).ok();
        for (;;) {
            const auto gone = keepWithin(m_spool, readers, {m_captured}, kRoomBytes);
            m_isTrimmed = m_isTrimmed && gone.ok();
            if (!gone.ok() || !gone.value()) {
                return;
            }
            for (Place& place : m_places) {
                // Without a base it waits for none of them, also when one is found again.
                const bool lacksBase = place.uploader->looked() && !place.uploader->hasBase();
                place.noteCut(*gone.value(), lacksBase ? ltx::TxId() : remembers(place));
                if (gone.value()->maxTxId > (lacksBase ? ltx::TxId() : has(place))) {
                    count(has(place).value > 0 ? "given up" : "cut before a look");
                }
            }
        }
    }

    /// As far as it is known: what is remembered, until it was looked at.
    [[nodiscard]] ltx::TxId has(const Place& place) const
    {
        if (place.uploader->looked()) {
            return place.uploader->hasBase() ? place.uploader->confirmed() : ltx::TxId{m_captured};
        }
        const auto remembered = m_state->replica(place.id).value();
        return remembered ? remembered->confirmed : ltx::TxId();
    }

    /// What of that a loss of power leaves: who forgets that it has something waits for it anew.
    [[nodiscard]] ltx::TxId remembers(const Place& place) const
    {
        return place.synced ? std::min(has(place), place.synced->confirmed) : has(place);
    }

    // --- What happens to one replica.

    /// As after a start of the program: nothing is known but what is on the disk and in the state.
    void start(Place& place)
    {
        static_cast<void>(m_spool.open());
        place.levels = {};
        place.mustLook = false;
        place.book = std::make_unique<DamageBook>(m_clock, *m_state, m_spool, place.id);
        place.uploader = std::make_unique<Uploader>(
            m_clock, m_random, m_spool, *m_state, *place.book, place.replica, place.id,
            [](const replica::Catalog&, const std::stop_token&) { return Status(); });
        place.uploader->setInterval(place.isSeldom ? 1h : 0h);
        place.uploader->setRunAll([this](const auto& tasks) { runInAnyOrder(tasks); });
        place.uploader->setListener({.listed =
                                         [&place](const replica::Catalog& catalog) {
                                             place.levels = ReplicaLevels(catalog, place.missing());
                                         },
                                     .written =
                                         [this, &place](const replica::ObjectInfo& object) {
                                             place.levels.add(object);
                                             if (object.minTxId < object.maxTxId) {
                                                 count("batches");
                                             }
                                         }});
        count("starts");
    }

    /// As threads might.
    void runInAnyOrder(std::span<const std::function<void()>> tasks)
    {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            order.insert(order.begin() + static_cast<std::ptrdiff_t>(m_dice.below(i + 1)), i);
        }
        for (const std::size_t i : order) {
            tasks[i]();
        }
    }

    void upload(Place& place)
    {
        Uploader& uploader = *place.uploader;
        uploader.retryNow();
        if (place.mustLook || !uploader.looked()) {
            if (!uploader.look({}).ok()) {
                return;
            }
            place.mustLook = false;
        }
        if (!uploader.hasBase()) {
            writeBase(place);
            return;
        }
        const std::uint64_t before = uploader.confirmed().value;
        static_cast<void>(uploader.step({m_captured}, {}));
        if (const auto suspect = uploader.takeSuspect()) {
            readTwice(place, {*suspect}, Suspecting::Reader);
        }
        promise(place, before, uploader.confirmed().value);
        if (m_dice.oneIn(8)) {
            place.synced = m_state->replica(place.id).value();
        }
    }

    /// All that is confirmed from then on; what was damaged since is nobody's fault.
    void promise(Place& place, std::uint64_t above, std::uint64_t upTo)
    {
        if (above == upTo) {
            return;
        }
        const replica::Catalog& truth = place.truth();
        for (std::uint64_t txId = above + 1; txId <= upTo; ++txId) {
            const bool isSure = place.spoilt.empty() && (!place.isSeldom || txId == upTo);
            if (isSure || isMoment(truth, txId)) {
                place.promised.insert(txId);
            }
        }
    }

    /// What reading the source gives.
    void writeBase(Place& place)
    {
        const ltx::TxRange range{.minTxId = {1}, .maxTxId = {m_captured}};
        if (isNameTaken(place)) {
            return;
        }
        const std::string name =
            replica::objectName({.level = replica::kSnapshotLevel, .range = range});
        const std::string bytes = m_made.fileOf(range, true);
        const auto put = place.replica.put(replica::kSnapshotLevel, range, MemorySource(bytes),
                                           m_made.timeOf(m_captured), {});
        // With other bytes it is one that was spoilt and not read since.
        const bool isThere = put.ok() && put.value() != replica::PutOutcome::AlreadyThereDifferent;
        if (!isThere || !place.uploader->baseWritten({m_captured}).ok()) {
            return;
        }
        // Where one was lost, it is whole again.
        place.spoilt.erase(name);
        place.levels.add({.level = replica::kSnapshotLevel,
                          .minTxId = range.minTxId,
                          .maxTxId = range.maxTxId,
                          .time = m_made.timeOf(m_captured),
                          .sizeBytes = bytes.size(),
                          .name = name});
        static_cast<void>(place.book->noteBase());
        place.promised.insert(m_captured);
        count("bases");
    }

    /// A damaged snapshot keeps its name, and so does one that was merged: the next one is of the
    /// next change.
    [[nodiscard]] bool isNameTaken(Place& place)
    {
        const ltx::TxRange range{.minTxId = {1}, .maxTxId = {m_captured}};
        const std::string name =
            replica::objectName({.level = replica::kSnapshotLevel, .range = range});
        const auto& objects = place.storage.inside().objects();
        const auto there = objects.find(name);
        return place.book->found().value().contains(name) ||
               (there != objects.end() && there->second.bytes != m_made.fileOf(range, true));
    }

    void merge(Place& place)
    {
        if (!place.uploader->looked() || place.mustLook) {
            return;
        }
        const auto due = nextMerge(place.levels, isBehind(place), m_clock.now());
        if (due || isSnapshotDue(place.levels, {}, m_clock.now())) {
            write(place, due);
        }
    }

    /// Whatever the schedule says.
    void orderSnapshot(Place& place)
    {
        if (place.uploader->looked() && !place.mustLook && place.levels.newestPlan().size() > 1) {
            write(place, std::nullopt);
            count("snapshots ordered");
        }
    }

    [[nodiscard]] replica::Scratch scratch()
    {
        return {.files = m_disk, .random = m_random, .folder = "/merges"};
    }

    void write(Place& place, const std::optional<Merge>& due)
    {
        Compactor compactor(m_spool, place.uploader->sameInSpool(), place.replica, scratch());
        std::vector<replica::ObjectInfo> inputs = due ? due->inputs : place.levels.newestPlan();
        const auto made =
            due ? compactor.compact(*due, {}) : compactor.snapshot(place.levels.newestPlan(), {});
        if (made.ok()) {
            place.levels.add(made.value());
            // Where one was lost, it is whole again.
            place.spoilt.erase(made.value().name);
            count("level " + std::to_string(made.value().level));
            return;
        }
        const ErrorCode code = made.error().code;
        if (code == ErrorCode::NotFound) {
            // A merge whose answer was lost was there, and its inputs could go.
            place.relist();
        } else if (replica::isOfObject(made.error()) && !place.spoilt.empty()) {
            if (const auto key = replica::parseObjectName(compactor.tried())) {
                inputs.push_back({.level = key->level,
                                  .minTxId = key->range.minTxId,
                                  .maxTxId = key->range.maxTxId,
                                  .name = compactor.tried()});
            }
            readTwice(place, inputs, Suspecting::Merge);
        } else if (code != ErrorCode::Unavailable && code != ErrorCode::Io &&
                   code != ErrorCode::NoSpace) {
            m_problem = inEnglish(made.error().what);
        }
    }

    /// Retention. What the policy gives up is promised no longer, and nothing else.
    void clean(Place& place)
    {
        if (!place.uploader->looked() || place.mustLook) {
            return;
        }
        const auto damaged = place.book->found().value();
        auto look = lookForRetention(place.storage, kPolicy, m_clock.now(), place.pins.pinned(),
                                     damaged, place.unfinished, place.headers, {});
        // What was read before a failure is remembered.
        for (int more = 0; more < kLooks && !look.ok() && !place.isDown; ++more) {
            look = lookForRetention(place.storage, kPolicy, m_clock.now(), place.pins.pinned(),
                                    damaged, place.unfinished, place.headers, {});
        }
        if (!look.ok()) {
            const ErrorCode code = look.error().code;
            const bool isItsFault = code != ErrorCode::Unavailable && place.spoilt.empty();
            m_problem = isItsFault ? inEnglish(look.error().what) : m_problem;
            return;
        }
        if (!look.value() || !canBeCountedOn(place, *look.value())) {
            return;
        }
        count("looks of retention");
        if (makeForMark(place, *look.value(), damaged)) {
            return;
        }
        const RetentionPlan& plan = look.value()->plan;
        const std::vector<KeptMoment> kept = keptByTheTruth(place, damaged);
        for (const ltx::TxId lost : plan.lost) {
            if (std::ranges::find(kept, lost, &KeptMoment::txId) != kept.end()) {
                m_problem = "transaction " + std::to_string(lost.value) + " was to be kept";
            }
        }
        const RetentionRun run = runRetention(
            place.replica, plan, place.pins, m_clock, {}, [&](std::span<const std::string> names) {
                place.unfinished.insert(names.begin(), names.end());
                return mayGoOn(place, *look.value());
            });
        m_counts["objects deleted"] += run.objects;
        for (const ltx::TxId lost : plan.lost) {
            place.promised.erase(lost.value);
        }
        place.forgiveSpoilt(kept);
    }

    /// Written first, deleted after.
    [[nodiscard]] bool makeForMark(Place& place, const RetentionLook& look,
                                   const replica::ObjectNames& damaged)
    {
        const auto inputs =
            snapshotForMark(look, kPolicy, m_clock.now(), place.pins.pinned(), damaged);
        if (inputs.empty()) {
            return false;
        }
        const auto made =
            Compactor(m_spool, place.uploader->sameInSpool(), place.replica, scratch())
                .snapshot(inputs, {});
        if (made.ok()) {
            place.levels.add(made.value());
            count("snapshots for marks");
        }
        return made.ok();
    }

    /// Somebody marks a moment just then: nothing more is deleted by this plan.
    [[nodiscard]] Status mayGoOn(Place& place, const RetentionLook& look)
    {
        if (m_dice.oneIn(6)) {
            mark(place);
        }
        TIDEMARK_TRY(const bool areSame, replica::areTheMarks(place.storage, look.marks, {}));
        return areSame ? Status() : Status(Error{.code = ErrorCode::Busy});
    }

    /// What a deletion counts on is read before.
    [[nodiscard]] bool canBeCountedOn(Place& place, const RetentionLook& look)
    {
        std::vector<replica::ObjectInfo> damaged;
        for (const replica::ObjectInfo& each : countedOn(look.catalog, look.plan)) {
            const Status read = replica::checkObject(place.storage, each, {});
            if (!read.ok() && !replica::isOfObject(read.error())) {
                return false;
            }
            if (!read.ok()) {
                damaged.push_back(each);
            }
        }
        readTwice(place, damaged, Suspecting::Reader);
        return damaged.empty();
    }

    /// What the policy keeps by the times at which everything was written.
    [[nodiscard]] std::vector<KeptMoment> keptByTheTruth(Place& place,
                                                         const replica::ObjectNames& damaged)
    {
        auto catalog =
            replica::without(replica::readLtxCatalog(place.storage.inside(), {}).value(), damaged);
        std::vector<replica::ObjectInfo> objects = catalog.objects;
        for (replica::ObjectInfo& each : objects) {
            each.time = m_made.timeOf(each.maxTxId.value);
        }
        return keptMoments(replica::buildCatalog(std::move(objects), {}), kPolicy, m_clock.now(),
                           place.markedMoments());
    }

    void mark(Place& place)
    {
        const replica::Catalog& truth = place.truth();
        if (truth.moments.empty()) {
            return;
        }
        const ltx::TxId txId = truth.moments.at(m_dice.below(truth.moments.size())).txId;
        const replica::Mark mark{.name = "mark " + std::to_string(++m_marks), .txId = txId};
        if (replica::writeMark(place.storage, mark, {}).ok()) {
            place.promised.insert(txId.value);
            count("marks");
        }
    }

    void unmark(Place& place)
    {
        const auto marks = replica::readMarks(place.storage.inside(), {}).value().marks;
        if (!marks.empty()) {
            const replica::Mark& mark = marks.at(m_dice.below(marks.size()));
            static_cast<void>(replica::removeMark(place.storage, mark.name, {}));
            count("marks removed");
        }
    }

    /// Begins to read a moment, or reads it to its end.
    void restore(Place& place)
    {
        if (place.restore) {
            const std::uint64_t txId = place.restore->txId;
            const auto read = place.endRestore();
            if (read && *read != m_made.state(txId)) {
                m_problem = "a restore of " + std::to_string(txId) + " gave another state";
            }
            count("restores");
            return;
        }
        const replica::Catalog& truth = place.truth();
        if (truth.moments.empty()) {
            return;
        }
        const ltx::TxId txId = truth.moments.at(m_dice.below(truth.moments.size())).txId;
        auto plan = replica::planRestore(truth, replica::AtTxId{txId}).value();
        std::vector<std::string> names;
        for (const replica::ObjectInfo& each : plan.objects) {
            names.push_back(each.name);
        }
        if (auto pin = place.pins.pin(names)) {
            place.restore =
                RunningRestore{.pin = std::move(*pin), .plan = std::move(plan), .txId = txId.value};
        }
    }

    /// Every file is as new as if its folder had just been copied.
    void copyFolder(Place& place)
    {
        for (auto& [name, object] : place.storage.inside().objects()) {
            object.time = m_clock.now();
        }
    }

    void spoil(Place& place)
    {
        const replica::Catalog& truth = place.truth();
        // One that is empty is taken for a disk that is not connected.
        if (m_hasDamage && truth.objects.size() > 1) {
            const replica::ObjectInfo object = truth.objects.at(m_dice.below(truth.objects.size()));
            place.spoil(object, m_dice.below(3000));
            // What somebody deletes, the spool may lack for it.
            m_lostUpTo = m_captured;
            count("objects spoilt");
        }
    }

    /// Each object is read.
    void verify(Place& place)
    {
        const auto listed = replica::readLtxCatalog(place.storage, {});
        if (!listed.ok() || !place.uploader->looked()) {
            // A start looks anyway.
            upload(place);
        }
        if (listed.ok() && place.uploader->looked()) {
            readTwice(place, listed.value().objects, Suspecting::Reader);
        }
    }

    /// What is read as damaged once may be a cable.
    void readTwice(Place& place, const std::vector<replica::ObjectInfo>& suspects, Suspecting who)
    {
        if (place.inspect(suspects, who)) {
            m_clock.advance(kSecondRead);
            static_cast<void>(place.inspect(suspects, who));
            count("damage found");
        }
    }

    // --- What is asked of it.

    [[nodiscard]] std::unique_ptr<state::StateDb> newState()
    {
        return state::StateDb::open(m_disk, ":memory:").value();
    }

    [[nodiscard]] bool isBehind(const Place& place) const
    {
        return place.uploader->confirmed().value < m_captured;
    }

    [[nodiscard]] bool isMergeDue(const Place& place) const
    {
        return nextMerge(place.levels, isBehind(place), m_clock.now()) ||
               isSnapshotDue(place.levels, {}, m_clock.now());
    }

    [[nodiscard]] Place& anyPlace() { return m_places.at(m_dice.below(m_places.size())); }

    [[nodiscard]] storage::Fault chance(const Place& place)
    {
        // Slow enough for several uploads at once.
        m_clock.advance(2ms);
        if (m_isCalm) {
            return storage::Fault::None;
        }
        if (place.isDown) {
            return storage::Fault::Refuses;
        }
        const auto rolled = m_dice.below(30);
        return rolled == 0   ? storage::Fault::Refuses
               : rolled == 1 ? storage::Fault::LosesAnswer
                             : storage::Fault::None;
    }

    [[nodiscard]] std::string wrongMoment(Place& place, bool everywhere)
    {
        const replica::Catalog& catalog = place.truth();
        for (const std::uint64_t txId : place.promised) {
            if (!isMoment(catalog, txId)) {
                return "transaction " + std::to_string(txId) + " was promised and is not there";
            }
        }
        std::set<std::uint64_t> looked;
        for (const replica::Moment& moment : catalog.moments) {
            looked.insert(moment.txId.value);
        }
        if (!everywhere && !looked.empty()) {
            auto one = looked.begin();
            std::advance(one, m_dice.below(looked.size()));
            looked = {*one, *looked.rbegin()};
        }
        for (const std::uint64_t txId : looked) {
            const std::string found = place.simple.restored(catalog, txId);
            if (found != m_made.state(txId)) {
                const bool isWords = found.size() < replica::MadeReplica::kPageSize;
                return "transaction " + std::to_string(txId) + " is " +
                       (isWords ? found : "another state");
            }
        }
        return {};
    }

    /// It keeps what somebody waits for, and of the rest no more than its limit.
    [[nodiscard]] std::string wrongSpool() const
    {
        ltx::TxId everywhere{m_captured};
        for (const Place& place : m_places) {
            everywhere = std::min(everywhere, has(place));
            const std::uint64_t next = has(place).value + 1;
            if (place.uploader->hasBase() && !place.mustLook && next > m_lostUpTo &&
                next <= m_captured && !place.cut.contains(next) && !m_spool.holds({next})) {
                return place.id + ": the spool lacks what it waits for";
            }
        }
        const auto spooled = m_spool.above({});
        const bool isSpare = !spooled.empty() && spooled.front().txId <= everywhere;
        if (m_isTrimmed && isSpare && m_spool.sizeBytes() > kKeptBytes) {
            return "the spool is larger than it may be";
        }
        return m_isTrimmed && m_spool.sizeBytes() > kRoomBytes && !isAllInHand(spooled)
                   ? "the spool is above its limit"
                   : "";
    }

    /// Whether each is one of the next that an answering replica gets.
    [[nodiscard]] bool isAllInHand(const std::vector<SpooledSegment>& spooled) const
    {
        return std::ranges::all_of(spooled, [this](const SpooledSegment& each) {
            return std::ranges::any_of(m_places, [&](const Place& place) {
                return !place.isDown && each.txId > has(place) &&
                       each.txId.value <= has(place).value + kSegmentsInHand;
            });
        });
    }

    [[nodiscard]] static std::vector<std::uint64_t> endsOf(const ReplicaLevels& levels)
    {
        std::vector<std::uint64_t> ends;
        for (int level = 0; level <= kHighestLevel; ++level) {
            for (const replica::ObjectInfo& each : levels.open(level)) {
                ends.push_back(each.maxTxId.value);
            }
            ends.push_back(levels.newest(level).value);
        }
        return ends;
    }

    void count(std::string_view what)
    {
        const auto found = m_counts.find(what);
        if (found != m_counts.end()) {
            ++found->second;
        } else {
            m_counts.emplace(what, 1);
        }
    }

    Dice m_dice;
    MemoryFileSystem m_memory;
    FaultyFileSystem m_disk{m_memory};
    SimulatedClock m_clock;
    SeededRandom m_random;
    replica::MadeReplica m_made;
    Spool m_spool;
    bool m_hasDamage = false;
    bool m_losesState = false;
    std::unique_ptr<state::StateDb> m_state;
    std::array<Place, 2> m_places = {};
    std::uint64_t m_committed = 0;
    std::uint64_t m_captured = 0;
    std::uint64_t m_lostUpTo = 0;
    std::uint32_t m_pageCount = 3;
    std::uint32_t m_known = 0;
    std::uint64_t m_marks = 0;
    int m_turns = 0;
    Timestamp m_time = {};
    bool m_isCalm = false;
    bool m_isTrimmed = true;
    std::string m_problem;
    std::map<std::string, std::uint64_t, std::less<>> m_counts;
};

}  // namespace tidemark::engine
