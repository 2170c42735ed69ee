#pragma once

#include "app/desktop/desktop_port.h"
#include "app/engine_port.h"
#include "app/secrets_port.h"
#include "app/settings_object.h"
#include "app/voice.h"
#include "tests/support/simulated_clock.h"

#include <QStringList>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The world around the window, in the hands of a test: an engine that answers when it is told to,
/// a desktop whose dialogs a test fills in, a settings store that keeps what it is given.
namespace tidemark::app::tests {

/// What became of a question.
struct Fate {
    bool withdrawn = false;
    bool cancelled = false;
};

/// One question of the window, `what` it was about, still to be answered.
template <typename What, typename T>
struct Question {
    What what = {};
    Answer<T> answer = {};
    std::shared_ptr<Fate> fate = std::make_shared<Fate>();  // Shared with the asker's handle.

    /// As the engine does: nothing comes once the question is withdrawn.
    void reply(const Result<T>& result) const
    {
        if (!fate->withdrawn) {
            const Answer<T> taken = answer;  // It may ask the next question.
            taken(result);
        }
    }
};

class FakePending final : public Pending {
public:
    explicit FakePending(std::shared_ptr<Fate> fate) : m_fate(std::move(fate)) {}
    ~FakePending() override { m_fate->withdrawn = true; }
    FakePending(const FakePending&) = delete;
    FakePending& operator=(const FakePending&) = delete;

    void cancel() override { m_fate->cancelled = true; }

private:
    std::shared_ptr<Fate> m_fate;
};

/// What a restore was asked for.
struct RestoreWish {
    storage::StorageAddress address = {};
    restore::Request request = {};
    restore::OnProgress progress = {};

    [[nodiscard]] std::uint64_t txId() const
    {
        return std::get<replica::AtTxId>(request.wish).txId.value;
    }
};

struct MomentWish {
    storage::StorageAddress address = {};
    replica::Moment moment = {};
};

/// A place to be tried out, and who is told of each step.
struct TestWish {
    storage::StorageAddress address = {};
    EnginePort::OnStep told = {};
};

class FakeEngine final : public EnginePort {
public:
    // A deque, so that a question stays where it is while its answer asks the next one.
    std::deque<Question<std::string, service::SourceFacts>> inspections;
    std::deque<Question<storage::StorageAddress, CatalogPointer>> openings;
    std::deque<Question<TestWish, service::PlaceTest>> tests;
    std::deque<Question<MomentWish, service::MomentFacts>> describings;
    std::deque<Question<RestoreWish, restore::Restored>> restores;
    std::deque<Question<std::string, std::optional<FileKind>>> kinds;
    std::deque<Question<std::string, Space>> spaces;
    std::vector<service::DatabaseConfig> followed;
    std::vector<service::DatabaseId> unfollowed;
    std::vector<service::DatabaseId> paused;
    std::vector<service::DatabaseId> resumed;
    std::vector<service::DatabaseId> retried;
    std::vector<service::DatabaseId> snapshots;

    static service::DatabaseId idOf(const std::string& path) { return "id of " + path; }

    service::DatabaseId follow(const service::DatabaseConfig& config) override
    {
        followed.push_back(config);
        return idOf(config.path);
    }
    void unfollow(const service::DatabaseId& id) override { unfollowed.push_back(id); }
    void pause(const service::DatabaseId& id) override { paused.push_back(id); }
    void resume(const service::DatabaseId& id) override { resumed.push_back(id); }
    void retryNow(const service::DatabaseId& id) override { retried.push_back(id); }
    void snapshotNow(const service::DatabaseId& id) override { snapshots.push_back(id); }

    std::unique_ptr<Pending> inspect(std::string path, Answer<service::SourceFacts> answer) override
    {
        return ask(inspections, std::move(path), std::move(answer));
    }
    std::unique_ptr<Pending> openReplica(storage::StorageAddress address,
                                         Answer<CatalogPointer> answer) override
    {
        return ask(openings, std::move(address), std::move(answer));
    }
    std::unique_ptr<Pending> testPlace(storage::StorageAddress address, OnStep told,
                                       Answer<service::PlaceTest> answer) override
    {
        return ask(tests, TestWish{std::move(address), std::move(told)}, std::move(answer));
    }
    std::unique_ptr<Pending> describeMoment(storage::StorageAddress address, replica::Moment moment,
                                            Answer<service::MomentFacts> answer) override
    {
        return ask(describings, MomentWish{std::move(address), std::move(moment)},
                   std::move(answer));
    }
    std::unique_ptr<Pending> restore(storage::StorageAddress address, restore::Request request,
                                     restore::OnProgress progress,
                                     Answer<restore::Restored> answer) override
    {
        return ask(restores,
                   RestoreWish{std::move(address), std::move(request), std::move(progress)},
                   std::move(answer));
    }
    std::unique_ptr<Pending> kindOf(std::string path,
                                    Answer<std::optional<FileKind>> answer) override
    {
        return ask(kinds, std::move(path), std::move(answer));
    }
    std::unique_ptr<Pending> freeSpace(std::string folder, Answer<Space> answer) override
    {
        return ask(spaces, std::move(folder), std::move(answer));
    }

private:
    template <typename What, typename T>
    static std::unique_ptr<Pending> ask(std::deque<Question<What, T>>& questions, What what,
                                        Answer<T> answer)
    {
        questions.push_back({.what = std::move(what), .answer = std::move(answer)});
        return std::make_unique<FakePending>(questions.back().fate);
    }
};

class FakeDesktop final : public DesktopPort {
public:
    QStringList shown;
    QStringList copied;
    QString startFolder;  // Of the newest dialog.
    std::function<void(QString)> fileDialog;
    std::function<void(QString)> folderDialog;

    void showInFolder(const QString& path) override { shown << path; }
    void copy(const QString& text) override { copied << text; }
    void pickFile(const QString&, const QString& start,
                  std::function<void(QString)> picked) override
    {
        startFolder = start;
        fileDialog = std::move(picked);
    }
    void pickFolder(const QString&, const QString& start,
                    std::function<void(QString)> picked) override
    {
        startFolder = start;
        folderDialog = std::move(picked);
    }
};

/// Secrets in memory, and a keychain that answers when a test lets it.
class FakeSecrets final : public SecretsPort {
public:
    std::map<std::string, storage::Secrets> tried;  // By the id of the replica.
    std::map<std::string, storage::Secrets> used;   // Likewise.
    std::map<std::string, storage::Secrets> kept;
    std::optional<Error> trouble = {};  // Else each question meets it.
    std::deque<std::function<void()>> waiting;

    void answerAll()
    {
        while (!waiting.empty()) {
            const auto next = std::move(waiting.front());
            waiting.pop_front();
            next();
        }
    }
    [[nodiscard]] storage::Secrets of(const storage::StorageAddress& address) const
    {
        const std::string id = storage::replicaId(address);
        if (const auto found = tried.find(id); found != tried.end()) {
            return found->second;
        }
        const auto found = used.find(id);
        return found == used.end() ? storage::Secrets() : found->second;
    }

    void tryWith(const storage::StorageAddress& address, const storage::Secrets& secrets) override
    {
        tried[storage::replicaId(address)] = secrets;
    }
    void dropTried(const storage::StorageAddress& address) override
    {
        tried.erase(storage::replicaId(address));
    }
    void keep(const storage::StorageAddress& address, Ended ended) override
    {
        waiting.push_back([this, address, ended = std::move(ended)] {
            const auto found = tried.find(storage::replicaId(address));
            if (!trouble && found != tried.end()) {
                used[found->first] = kept[found->first] = found->second;
                tried.erase(found);
            }
            ended(trouble ? Status(*trouble) : Status());
        });
    }
    void load(const storage::StorageAddress& address, Loaded ended) override
    {
        waiting.push_back([this, address, ended = std::move(ended)] {
            if (trouble) {
                return ended(*trouble);
            }
            const auto found = kept.find(storage::replicaId(address));
            if (found != kept.end()) {
                used[found->first] = found->second;
            }
            ended(found != kept.end());
        });
    }
    void forget(const storage::StorageAddress& address) override
    {
        used.erase(storage::replicaId(address));
        kept.erase(storage::replicaId(address));
    }
    void look(Ended ended) override
    {
        waiting.push_back(
            [this, ended = std::move(ended)] { ended(trouble ? Status(*trouble) : Status()); });
    }
};

class FakeStore final : public SettingsStore {
public:
    std::vector<config::Settings> saved;

    void save(const config::Settings& settings) override { saved.push_back(settings); }
};

/// Thu 17 Sep 2026, 14:53:12 in Berlin.
inline constexpr Timestamp kNow{std::chrono::milliseconds(1'789'649'592'000)};
inline const QString kHome = QStringLiteral("/home/ada");

[[nodiscard]] inline timeline::Speech berlinSpeech()
{
    return {.locale = QLocale(QLocale::English, QLocale::UnitedStates),
            .zone = QTimeZone("Europe/Berlin")};
}

/// A clock that stands at kNow, a voice over it, and the two ports.
struct World {
    SimulatedClock clock;
    Voice voice{clock};
    FakeEngine engine;
    FakeDesktop desktop;
    FakeSecrets secrets;

    World()
    {
        clock.jumpWallTime(kNow - clock.now());
        voice.setSpeech(berlinSpeech());
    }
};

/// What a test looks at, in a world of its own: an assistant, a sheet, a job.
template <typename Subject>
struct InWorld {
    World world;
    Subject subject{world.engine, world.desktop, world.voice, kHome};
};

[[nodiscard]] inline Error errorOf(ErrorCode code, const char* what, const char* next = "")
{
    return {.code = code, .what = {"tests", what}, .next = {"tests", next}};
}

[[nodiscard]] inline service::DatabaseStatus statusOf(const std::string& path,
                                                      engine::Protection state)
{
    return {.id = FakeEngine::idOf(path),
            .path = path,
            .standing = {.state = state, .since = kNow - std::chrono::minutes(26)},
            .sizeBytes = 48'200'000,
            .pageSizeBytes = 4096,
            .lastChangeAt = kNow - std::chrono::seconds(4),
            .savedAt = kNow - std::chrono::seconds(4)};
}

/// What the engine finds out about a database that somebody chose.
[[nodiscard]] inline service::SourceFacts factsOf(const std::string& path, bool isWal = true)
{
    return {.path = path, .sizeBytes = 48'200'000, .pageSizeBytes = 4096, .isWal = isWal};
}

/// A test of a place that went well in each step.
[[nodiscard]] inline service::PlaceTest wellTested()
{
    service::PlaceTest test{.contents = replica::PlaceContents{}};
    for (const storage::ProbeStep step :
         {storage::ProbeStep::Reach, storage::ProbeStep::Authenticate, storage::ProbeStep::List,
          storage::ProbeStep::Write, storage::ProbeStep::ReadBack, storage::ProbeStep::CreateOnly,
          storage::ProbeStep::Clock, storage::ProbeStep::Delete}) {
        test.probed.steps.push_back({.step = step, .duration = std::chrono::milliseconds(84)});
    }
    return test;
}

/// A replica with a moment a minute, the last one a minute before kNow.
[[nodiscard]] inline EnginePort::CatalogPointer catalogOf(int moments)
{
    auto catalog = std::make_shared<replica::Catalog>();
    catalog->format = replica::Catalog::Format::Ltx;
    for (int i = 1; i <= moments; ++i) {
        const auto number = static_cast<std::uint64_t>(i);
        const Timestamp time = kNow - std::chrono::minutes(moments + 1 - i);
        catalog->moments.push_back({.txId = {number},
                                    .time = time,
                                    .precision = replica::TimePrecision::Exact,
                                    .bytes = 6'000,
                                    .pages = 10});
        catalog->objects.push_back({.level = replica::kSegmentLevel,
                                    .minTxId = {number},
                                    .maxTxId = {number},
                                    .time = time,
                                    .sizeBytes = 6'000});
    }
    return catalog;
}

}  // namespace tidemark::app::tests
