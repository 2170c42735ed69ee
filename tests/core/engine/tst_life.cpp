#include "core/base/posix_file_system.h"
#include "core/engine/compactor.h"
#include "core/engine/retention_look.h"
#include "core/engine/retention_run.h"
#include "core/engine/spool_room.h"
#include "core/engine/uploader.h"
#include "core/ltx/file_pages.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/object_source.h"
#include "core/replica/restore_plan.h"
#include "tests/support/faulty_storage.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <memory>
#include <random>
#include <set>

using namespace std::chrono_literals;
using namespace tidemark;
using namespace tidemark::engine;
using replica::MadeReplica;
using replica::ObjectInfo;

namespace {

constexpr int kSteps = 120;
constexpr int kLives = 40;
constexpr int kTurnsToRest = 40;
constexpr int kLooks = 40;
// Little, so that the spool is cut, and replicas that are away are given up.
constexpr std::uint64_t kKeptBytes = 4'000;
constexpr std::uint64_t kRoomBytes = 8'000;

/// Chance from one number: the same life each time.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_engine(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t end) { return m_engine() % end; }
    [[nodiscard]] bool oneIn(std::uint64_t count) { return below(count) == 0; }

private:
    std::mt19937_64 m_engine;
};

/// A replica, who writes into it, and what it must be able to restore from now on.
struct Place {
    storage::FaultyStorage storage = {};
    replica::LtxReplica replica{storage};
    std::unique_ptr<Uploader> uploader = {};
    ReplicaLevels levels = {};
    WrittenHeaders headers = {};
    std::set<std::uint64_t> promised = {};
    std::uint64_t lacking = UINT64_MAX;  ///< The first that it never gets.
    bool isDown = false;
};

/// One database with two replicas, over years: commits, uploads, merges, restarts, clocks that are
/// set, storages that fail. What is told to be safe must be, after every step.
class Life {
public:
    Life(std::uint64_t seed, const std::string& folder)
        : m_dice(seed), m_random(seed), m_spool(m_files, m_random, folder + "/spool")
    {
        static_cast<void>(m_files.makeDirectories(folder + "/spool", kPrivateDirectory));
        static_cast<void>(m_spool.open());
        m_state = state::StateDb::open(m_files, folder + "/state.db").value();
        commit();
        for (std::size_t i = 0; i < m_places.size(); ++i) {
            Place& place = m_places.at(i);
            place.storage.next = [this, &place] { return chance(place); };
            start(place);
        }
    }

    void step()
    {
        switch (m_dice.below(10)) {
        case 0:
        case 1:
        case 2: commit(); break;
        case 3: sleep(); break;
        case 4:
            if (m_dice.oneIn(4)) {
                start(anyPlace());
            }
            break;
        case 5:
        case 6: merge(anyPlace()); break;
        default: upload(anyPlace());
        }
        if (m_dice.oneIn(20)) {
            clean(anyPlace());
        }
        if (m_dice.oneIn(50)) {
            copyFolder(anyPlace());
        }
        if (m_dice.oneIn(60)) {
            // Somebody empties the folder: each replica that lacks something gets a new base.
            static_cast<void>(m_spool.removeUpTo({m_captured}));
            m_lostUpTo = m_captured;
        }
        if (m_dice.oneIn(25)) {
            Place& place = anyPlace();
            place.isDown = !place.isDown;
        }
        trim();
    }

    /// Everything comes to rest: storages answer, and all that is due is done.
    void settle()
    {
        m_isCalm = true;
        for (Place& place : m_places) {
            place.isDown = false;
            start(place);
            for (int i = 0; i < kTurnsToRest; ++i) {
                m_clock.advance(1h);
                upload(place);
                mergeAllDue(place);
            }
        }
        // Hours have passed since the first one came to rest.
        std::ranges::for_each(m_places, [this](Place& place) { mergeAllDue(place); });
        trim();
    }

    /// What is wrong, or nothing.
    [[nodiscard]] std::string wrong(bool everywhere)
    {
        for (Place& place : m_places) {
            const std::string changed = place.storage.changedObject();
            if (!changed.empty()) {
                return "overwritten: " + changed;
            }
            std::string found = checkMoments(place, everywhere);
            if (!found.empty()) {
                return found;
            }
        }
        return wrongInSpool();
    }

    /// How many moments replicas never got, since they were away for too long.
    [[nodiscard]] std::uint64_t givenUp() const { return m_givenUp; }

    /// Whether each replica has all, merged as far as it can be.
    [[nodiscard]] std::string unfinished()
    {
        for (Place& place : m_places) {
            if (place.uploader->confirmed().value != m_captured) {
                return "not everything is uploaded";
            }
            if (isMergeDue(place)) {
                return "not everything is merged";
            }
            const ReplicaLevels listed(replica::readLtxCatalog(place.storage.inside(), {}).value());
            if (endsOf(listed) != endsOf(place.levels)) {
                return "the levels are not what a listing says";
            }
        }
        return {};
    }

private:
    [[nodiscard]] std::string wrongInSpool() const
    {
        for (const Place& place : m_places) {
            const std::uint64_t next = has(place).value + 1;
            if (place.uploader->hasBase() && next > m_lostUpTo && next <= m_captured &&
                next < place.lacking && !m_spool.holds({next})) {
                return "the spool lacks what a replica waits for";
            }
        }
        if (m_spool.sizeBytes() <= kRoomBytes) {
            return {};
        }
        for (const SpooledSegment& each : m_spool.above({})) {
            const bool isInHand = std::ranges::any_of(m_places, [&](const Place& place) {
                return !place.isDown && each.txId > has(place) &&
                       each.txId.value <= has(place).value + kSegmentsInHand;
            });
            if (!isInHand) {
                return "the spool is above its limit";
            }
        }
        return {};
    }

    /// As far as it is known: what is remembered, until it was looked at.
    [[nodiscard]] ltx::TxId has(const Place& place) const
    {
        if (place.uploader->looked()) {
            return place.uploader->hasBase() ? place.uploader->confirmed() : ltx::TxId{m_captured};
        }
        const auto remembered = m_state->replica(nameOf(place)).value();
        return remembered ? remembered->confirmed : ltx::TxId();
    }

    [[nodiscard]] std::string nameOf(const Place& place) const
    {
        return &place == m_places.data() ? "first" : "second";
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

    void mergeAllDue(Place& place)
    {
        for (int more = 0; more < kSteps && isMergeDue(place); ++more) {
            merge(place);
        }
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
        m_captured = m_made.commit({pages.begin(), pages.end()}, m_pageCount);
        const bool isWrong = m_time > m_clock.now() + 1h;
        m_time = isWrong ? m_clock.now() : std::max(m_clock.now(), m_time + 1ms);
        m_made.setTime(m_captured, m_time);
        const std::string bytes = m_made.fileOf({{m_captured}, {m_captured}});
        static_cast<void>(m_spool.add({m_captured}, [&bytes](ByteSink& sink) {
            return sink.write(std::as_bytes(std::span(bytes)));
        }));
    }

    void sleep()
    {
        constexpr std::array<std::chrono::milliseconds, 5> kSpans = {1min, 10min, 2h, 30h, 3000h};
        m_clock.advance(kSpans.at(m_dice.below(kSpans.size())));
        if (m_dice.oneIn(6)) {
            const auto years = std::chrono::hours(m_dice.below(20'000));
            m_clock.jumpWallTime(m_dice.oneIn(2) ? years : -years);
        }
    }

    /// As after a start of the program: nothing is known but what is on the disk and in the state.
    void start(Place& place)
    {
        static_cast<void>(m_spool.open());
        place.levels = {};
        place.uploader = std::make_unique<Uploader>(
            m_clock, m_random, m_spool, *m_state, place.replica, nameOf(place),
            [](const replica::Catalog&, const std::stop_token&) { return Status(); });
        place.uploader->setRunAll([this](const auto& tasks) { runInAnyOrder(tasks); });
        place.uploader->setListener(
            {.listed =
                 [&place](const replica::Catalog& catalog) {
                     place.levels = ReplicaLevels(catalog);
                 },
             .written = [&place](const ObjectInfo& object) { place.levels.add(object); }});
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
        if (!uploader.looked() && !uploader.look({}).ok()) {
            return;
        }
        if (!uploader.hasBase()) {
            writeBase(place);
            return;
        }
        const std::uint64_t before = uploader.confirmed().value;
        static_cast<void>(uploader.step({m_captured}, {}));
        for (std::uint64_t txId = before + 1; txId <= uploader.confirmed().value; ++txId) {
            place.promised.insert(txId);
        }
    }

    /// What reading the source gives.
    void writeBase(Place& place)
    {
        const ltx::TxRange range{.minTxId = {1}, .maxTxId = {m_captured}};
        const std::string bytes = m_made.fileOf(range, true);
        const auto put = place.replica.put(replica::kSnapshotLevel, range, MemorySource(bytes),
                                           m_made.timeOf(m_captured), {});
        if (!put.ok() || !place.uploader->baseWritten({m_captured}).ok()) {
            return;
        }
        place.levels.add(
            {.level = replica::kSnapshotLevel,
             .minTxId = range.minTxId,
             .maxTxId = range.maxTxId,
             .time = m_made.timeOf(m_captured),
             .sizeBytes = bytes.size(),
             .name = replica::objectName({.level = replica::kSnapshotLevel, .range = range})});
        place.promised.insert(m_captured);
        m_givenUp += m_captured - std::min(m_captured, place.lacking);
        place.lacking = UINT64_MAX;
    }

    void merge(Place& place)
    {
        if (!place.uploader->looked()) {
            return;
        }
        Compactor compactor(m_spool, place.replica);
        const auto due = nextMerge(place.levels, isBehind(place), m_clock.now());
        const bool isSnapshot = !due && isSnapshotDue(place.levels, {}, m_clock.now());
        if (!due && !isSnapshot) {
            return;
        }
        const auto made =
            due ? compactor.compact(*due, {}) : compactor.snapshot(place.levels.newestPlan(), {});
        if (made.ok()) {
            place.levels.add(made.value());
        } else if (made.error().code == ErrorCode::NotFound) {
            // A merge whose answer was lost was there, and its inputs could go.
            const auto listed = replica::readLtxCatalog(place.storage, {});
            place.levels = listed.ok() ? ReplicaLevels(listed.value()) : place.levels;
        } else if (made.error().code != ErrorCode::Unavailable) {
            m_problem = inEnglish(made.error().what);
        }
    }

    /// Retention. What the policy gives up is promised no longer, and nothing else.
    void clean(Place& place)
    {
        if (!place.uploader->looked()) {
            return;
        }
        const RetentionPolicy policy{.everyMomentAtMost = 20};
        auto look =
            lookForRetention(place.storage, policy, m_clock.now(), {}, {}, place.headers, {});
        // What was read before a failure is remembered.
        for (int more = 0; more < kLooks && !look.ok() && !place.isDown; ++more) {
            look =
                lookForRetention(place.storage, policy, m_clock.now(), {}, {}, place.headers, {});
        }
        if (!look.ok()) {
            const bool isDown = look.error().code == ErrorCode::Unavailable;
            m_problem = isDown ? m_problem : inEnglish(look.error().what);
            return;
        }
        const RetentionPlan& plan = look.value()->plan;
        const std::vector<KeptMoment> kept = keptByTheTruth(place, policy);
        for (const ltx::TxId lost : plan.lost) {
            if (std::ranges::find(kept, lost, &KeptMoment::txId) != kept.end()) {
                m_problem = "transaction " + std::to_string(lost.value) + " was to be kept";
            }
            place.promised.erase(lost.value);
        }
        replica::PinBoard pins;
        static_cast<void>(runRetention(place.replica, plan, pins, {}));
    }

    /// What the policy keeps by the times at which everything was written.
    [[nodiscard]] std::vector<KeptMoment> keptByTheTruth(Place& place,
                                                         const RetentionPolicy& policy)
    {
        auto catalog = replica::readLtxCatalog(place.storage.inside(), {}).value();
        std::vector<ObjectInfo> objects = catalog.objects;
        for (ObjectInfo& each : objects) {
            each.time = m_made.timeOf(each.maxTxId.value);
        }
        return keptMoments(replica::buildCatalog(std::move(objects), {}), policy, m_clock.now(),
                           {});
    }

    /// Every file is as new as if its folder had just been copied.
    void copyFolder(Place& place)
    {
        for (auto& [name, object] : place.storage.inside().objects()) {
            object.time = m_clock.now();
        }
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
        static_cast<void>(m_spool.trim(everywhere, std::min(everywhere, merged), kKeptBytes));
        while (const auto gone = keepWithin(m_spool, readers, {m_captured}, kRoomBytes).value()) {
            for (Place& place : m_places) {
                const std::uint64_t next = has(place).value + 1;
                if (next > 1 && gone->maxTxId.value >= next) {
                    place.lacking = std::min(place.lacking, std::max(gone->minTxId.value, next));
                }
            }
        }
    }

    [[nodiscard]] std::string checkMoments(Place& place, bool everywhere)
    {
        if (!m_problem.empty()) {
            return m_problem;
        }
        const auto catalog = replica::readLtxCatalog(place.storage.inside(), {}).value();
        std::set<std::uint64_t> moments;
        for (const replica::Moment& moment : catalog.moments) {
            moments.insert(moment.txId.value);
        }
        for (const std::uint64_t txId : place.promised) {
            if (!moments.contains(txId)) {
                return "transaction " + std::to_string(txId) + " was promised and is not there";
            }
        }
        if (moments.empty()) {
            return {};
        }
        if (!everywhere) {
            auto one = moments.begin();
            std::advance(one, m_dice.below(moments.size()));
            moments = {*one, *moments.rbegin()};
        }
        for (const std::uint64_t txId : moments) {
            if (restored(place, catalog, txId) != m_made.state(txId)) {
                return "transaction " + std::to_string(txId) + " is another state";
            }
        }
        return {};
    }

    /// The plan's files laid over each other, the simplest way there is.
    [[nodiscard]] std::string restored(Place& place, const replica::Catalog& catalog,
                                       std::uint64_t txId)
    {
        const auto plan = replica::planRestore(catalog, replica::AtTxId{{txId}});
        if (!plan.ok()) {
            return "no plan";
        }
        std::string contents;
        for (const ObjectInfo& object : plan.value().objects) {
            const replica::ObjectSource file(place.storage.inside(), object.name, {});
            const auto header = ltx::readHeader(file);
            const ltx::FilePages pages(file);
            const auto reader = pages.open();
            if (!header.ok() || !reader.ok()) {
                return "not read";
            }
            contents.resize(std::size_t{header.value().pageCountAfter} * MadeReplica::kPageSize);
            ltx::PageBatch batch;
            for (;;) {
                const auto any = reader.value()->next(batch);
                if (!any.ok()) {
                    return "damaged";
                }
                if (!any.value()) {
                    break;
                }
                for (std::size_t i = 0; i < batch.size(); ++i) {
                    std::ranges::copy(batch.page(i),
                                      std::as_writable_bytes(std::span(contents))
                                          .subspan((batch.numbers[i] - 1) * batch.pageSizeBytes)
                                          .begin());
                }
            }
        }
        return contents;
    }

    [[nodiscard]] static std::vector<std::uint64_t> endsOf(const ReplicaLevels& levels)
    {
        std::vector<std::uint64_t> ends;
        for (int level = 0; level <= kHighestLevel; ++level) {
            for (const ObjectInfo& each : levels.open(level)) {
                ends.push_back(each.maxTxId.value);
            }
            ends.push_back(levels.newest(level).value);
        }
        return ends;
    }

    Dice m_dice;
    PosixFileSystem m_files;
    SimulatedClock m_clock;
    SeededRandom m_random;
    MadeReplica m_made;
    Spool m_spool;
    std::unique_ptr<state::StateDb> m_state;
    std::array<Place, 2> m_places = {};
    std::uint64_t m_captured = 0;
    std::uint64_t m_lostUpTo = 0;
    std::uint64_t m_givenUp = 0;
    std::uint32_t m_pageCount = 3;
    std::uint32_t m_known = 0;
    Timestamp m_time = {};
    bool m_isCalm = false;
    std::string m_problem;
};

/// Where it costs no disk, if there is such a place.
std::string quickFolder()
{
    return QDir("/dev/shm").exists() ? QStringLiteral("/dev/shm/tidemark-life-XXXXXX").toStdString()
                                     : (QDir::tempPath() + "/tidemark-life-XXXXXX").toStdString();
}

}  // namespace

class TestLife : public QObject {
    Q_OBJECT

private slots:
    /// TIDEMARK_SEED=<n> lives the life of that seed alone, TIDEMARK_LIVES=<n> that many.
    void whatWasToldToBeSafeIsSafeAllLifeLong()
    {
        bool isOne = false;
        const int one = qEnvironmentVariableIntValue("TIDEMARK_SEED", &isOne);
        bool isMany = false;
        const int many = qEnvironmentVariableIntValue("TIDEMARK_LIVES", &isMany);
        const int first = isOne ? one : 1;
        const int last = isOne ? one : isMany ? many : kLives;
        std::uint64_t givenUp = 0;
        for (int seed = first; seed <= last; ++seed) {
            const QTemporaryDir folder(QString::fromStdString(quickFolder()));
            Life life(static_cast<std::uint64_t>(seed), folder.path().toStdString());
            for (int step = 0; step < kSteps; ++step) {
                life.step();
                const std::string wrong = life.wrong(false);
                QVERIFY2(wrong.empty(), qPrintable(QString("seed %1, step %2: %3")
                                                       .arg(seed)
                                                       .arg(step)
                                                       .arg(QString::fromStdString(wrong))));
            }
            life.settle();
            const std::string wrong = life.wrong(true);
            const std::string unfinished = life.unfinished();
            QVERIFY2(wrong.empty() && unfinished.empty(),
                     qPrintable(QString("seed %1, at the end: %2")
                                    .arg(seed)
                                    .arg(QString::fromStdString(wrong + unfinished))));
            givenUp += life.givenUp();
        }
        // Else the limit was never come to.
        QVERIFY(isOne || givenUp > 0);
    }
};

QTEST_GUILESS_MAIN(TestLife)
#include "tst_life.moc"
