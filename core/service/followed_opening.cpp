// How FollowedDatabase opens its source.

#include "core/service/followed_database.h"
#include "core/service/node_id.h"
#include "core/sqlite/source_probe.h"
#include "core/sqlite/sqlite_error.h"
#include "core/state/database_directory.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

using engine::Protection;

/// What stands in the way of opening a source is looked at again this often.
constexpr std::chrono::milliseconds kReopenPause{5000};

/// Without WAL mode it is locked whenever somebody commits, and free again soon; or else locked for
/// long.
constexpr std::chrono::milliseconds kFirstLockedPause{250};
constexpr std::chrono::milliseconds kLastLockedPause{4000};

/// The first step waits so long for the replicas to be looked at.
constexpr std::chrono::seconds kLookPatience{2};
/// The same where nothing is remembered: one that holds its history and is only slow to tell would
/// get all of it once more.
constexpr std::chrono::seconds kFirstLookPatience{10};

/// Of a limit that was chosen for the spool.
constexpr std::uint64_t kReplayShare = 4;

Protection stateFor(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Busy:
    case ErrorCode::Unavailable: return Protection::Waiting;
    default: return Protection::Broken;
    }
}

Error sameFile(const std::string& path, const std::string& other)
{
    return {
        .code = ErrorCode::Busy,
        .what = {TIDEMARK_TEXT("service", "%1 is the same file as %2, which is followed already."),
                 {path, other}},
        .next = {TIDEMARK_TEXT("service",
                               "Use it by one of its names alone: SQLite has a log for each, "
                               "and with two the database is damaged.")}};
}

/// What a restart needs stays in the spool whatever its limit: a part of that.
std::uint64_t replayBytes(std::uint64_t spoolLimitBytes)
{
    return spoolLimitBytes == 0 ? engine::kReplayBytes
                                : std::min(engine::kReplayBytes, spoolLimitBytes / kReplayShare);
}

}  // namespace

Status FollowedDatabase::openSource()
{
    noteFollowedElsewhere(false);
    TIDEMARK_TRY(const auto facts,
                 sqlite::probeSource(
                     m_context.files, m_path,
                     m_config.watch ? sqlite::SourceUse::Watched : sqlite::SourceUse::Followed));
    if (!facts.isWal && !m_config.switchToWal && !m_config.watch) {
        return sqlite::notInWalMode(m_path);
    }
    m_isLarge = facts.sizeBytes >= kLargeBytes;
    {
        const std::scoped_lock lock(m_mutex);
        m_realPath = facts.path;
    }
    // The path may lead through links: the state, and with it the lock, is that of the file itself.
    const auto directory =
        state::directoryOf(m_context.directories.data, state::databaseId(facts.path));
    TIDEMARK_TRY_STATUS(state::prepare(m_context.files, directory));
    TIDEMARK_TRY_STATUS(takeLock(directory));
    TIDEMARK_TRY_STATUS(takeFile(facts.path));
    TIDEMARK_TRY_STATUS(openReplicator(facts.path, directory));
    sourceIsOpen(facts);
    return {};
}

/// Once: it stays locked while it is tried again to open it.
Status FollowedDatabase::takeLock(const state::DatabaseDirectory& directory)
{
    if (m_lock) {
        return {};
    }
    auto locked = lockDatabase(m_context.files, directory.lock(), *m_owner, m_path);
    noteFollowedElsewhere(!locked.ok());
    TIDEMARK_TRY(m_lock, std::move(locked));
    return {};
}

Status FollowedDatabase::openReplicator(const std::string& path,
                                        const state::DatabaseDirectory& directory)
{
    TIDEMARK_TRY(const std::uint64_t nodeId,
                 loadNodeId(m_context.files, m_context.random, m_context.directories.data));
    auto replicator = std::make_unique<engine::Replicator>(
        engine::Replicator::Setup{.clock = m_context.clock,
                                  .files = m_context.files,
                                  .random = m_context.random,
                                  .nodeId = nodeId,
                                  .path = path,
                                  .directory = directory,
                                  .burstInterval = m_config.burstInterval,
                                  .switchToWal = m_config.switchToWal,
                                  .watch = m_config.watch,
                                  .replayBytes = replayBytes(m_config.spoolLimitBytes)});
    TIDEMARK_TRY_STATUS(replicator->open());
    m_replicator = std::move(replicator);
    m_litestream.emplace(m_context.files, path);
    return {};
}

void FollowedDatabase::sourceIsOpen(const sqlite::SourceFacts& facts)
{
    m_board.update([&facts](DatabaseStatus& status) { status.path = facts.path; });
    tellRememberedProof();
    const bool isNew = m_replicator->view().captured == ltx::TxId();
    // What has numbers goes on with them, whatever it finds.
    const bool hasBegun = !isNew && m_numbering.tryBegin();
    m_lookLimit = m_context.clock.monotonic() + (hasBegun ? kLookPatience : kFirstLookPatience);
    listen(!facts.isWal && m_config.watch);
    {
        const std::scoped_lock lock(m_mutex);
        m_openFailure.reset();
        m_sourceOpen = true;
        m_captured = m_replicator->view().captured;
        addMissingReplicas();
    }
    showReplicas();
}

/// By another of its names it may be followed already.
Status FollowedDatabase::takeFile(const std::string& path)
{
    const auto idOf = [this](const std::string& name) {
        const auto identity = sqlite::identify(m_context.files, name);
        return identity.ok() ? std::optional(identity.value().database) : std::nullopt;
    };
    const auto id = idOf(path);
    if (!id) {
        return {};  // It went just now: what opens it says so.
    }
    const auto other = m_context.sources.take(
        *id, path, [&](const std::string& name) { return idOf(name) == id; });
    noteFollowedElsewhere(other.has_value());
    if (!other) {
        const std::scoped_lock lock(m_mutex);
        m_takenFile = path;
    }
    return other ? Status(sameFile(m_path, *other)) : Status();
}

void FollowedDatabase::noteFollowedElsewhere(bool isElsewhere)
{
    const std::scoped_lock lock(m_mutex);
    m_isFollowedElsewhere = isElsewhere;
}

/// To what is written with each commit: the log, or the file of a database that is watched.
void FollowedDatabase::listen(bool toFile)
{
    const std::string path = toFile ? m_realPath : sqlite::walPath(m_realPath);
    if (path == m_listensTo) {
        return;
    }
    stopListening();
    const Status told = m_context.watcher.watch(path, [this] {
        m_heardOfChange = true;
        const std::scoped_lock lock(m_mutex);
        m_context.capture.wake(m_sourceKey);
    });
    if (!toFile && told.ok()) {
        // Another file in its place is to be let go of before the application opens it.
        static_cast<void>(m_context.watcher.watchFile(m_realPath, [this] {
            const std::scoped_lock lock(m_mutex);
            m_context.capture.wake(m_sourceKey);
        }));
    }
    m_untold = told.ok() ? std::nullopt : std::optional(told.error());
    m_listensTo = path;
}

void FollowedDatabase::stopListening()
{
    // Once: whoever follows the database next watches the same path.
    if (const std::string path = std::exchange(m_listensTo, {}); !path.empty()) {
        m_context.watcher.unwatch(path);
        m_context.watcher.unwatch(m_realPath);
    }
}

StepPool::Due FollowedDatabase::openFailed(const Error& error, std::uint64_t note)
{
    const bool isLocked = m_config.watch && error.code == ErrorCode::Busy;
    m_lockedPause = isLocked ? std::clamp(2 * m_lockedPause, kFirstLockedPause, kLastLockedPause)
                             : std::chrono::milliseconds(0);
    const auto pause = isLocked ? m_lockedPause : kReopenPause;
    const StepPool::Due due = after(m_context.clock, pause);
    {
        const std::scoped_lock lock(m_mutex);
        m_openFailure = error;
        m_noteTried = note;
    }
    settleOrders();
    const bool needsAnswer = error.code == ErrorCode::NotInWalMode;
    const engine::Standing before = m_board.ownStanding();
    const bool isSame = before.reason == error.what;
    m_board.setOwnStanding({.state = needsAnswer ? Protection::NotSetUp : stateFor(error.code),
                            .reason = error.what,
                            .next = error.next,
                            .since = isSame ? before.since : m_context.clock.now(),
                            .nextTry = m_context.clock.now() + pause});
    // Whoever waits for an outcome learns of one that did not change the standing, too.
    m_board.touch();
    // A retry that somebody asks for comes at once.
    return {.notBefore = m_context.clock.monotonic(), .atLatest = due.atLatest};
}

}  // namespace tidemark::service
