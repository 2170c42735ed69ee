#include "core/service/folder_follower.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidemark::service {
namespace {

/// After news: a database is a handful of files that come one after another.
constexpr std::chrono::milliseconds kSettle{250};

/// Of all time at most one part in so many is spent on looking, whatever comes and goes.
constexpr int kPauses = 20;

/// Something is expected to change without news.
constexpr std::chrono::seconds kAgain{5};

Error stillLeaving(const std::string& database)
{
    return {.code = ErrorCode::Busy,
            .what = {TIDEMARK_TEXT("service",
                                   "A database at %1 went away, and its last changes are still "
                                   "being saved to a replica."),
                     {database}},
            .next = {TIDEMARK_TEXT("service",
                                   "The new one is followed as soon as they are saved, or when "
                                   "Tidemark is started again.")}};
}

}  // namespace

FolderFollower::FolderFollower(Dependencies dependencies, const std::vector<FolderConfig>& folders)
    : m_world(std::move(dependencies)), m_configs(folders)
{
    for (const FolderConfig& folder : m_configs) {
        m_folders.push_back(
            {.scan = FolderScan(m_world.files, folder, [this](const DatabaseConfig& database) {
                 return m_world.service.isLeaving(database.path)
                            ? Status(stillLeaving(database.path))
                            : mayFollow(m_world.files, m_world.directories, database);
             })});
    }
}

FolderFollower::~FolderFollower()
{
    if (m_thread.joinable()) {
        m_thread.request_stop();
        m_thread.join();
    }
}

bool FolderFollower::look(const std::stop_token& stop)
{
    lookAtAll(stop);
    return !m_ids.empty();
}

void FolderFollower::watch()
{
    m_watcher = std::make_unique<FolderWatcher>([this](std::string_view name, bool isFolder) {
        if (isNewsForAny(name, isFolder)) {
            m_news.ring();
        }
    });
    m_folders.remove_if([](const Watched& watched) { return !watched.scan.folder().watch; });
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void FolderFollower::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        const Clock::Instant before = m_world.clock.monotonic();
        lookAtAll(stop);
        const Clock::Instant after = m_world.clock.monotonic();
        const auto pause = std::max<Clock::Instant::duration>(kSettle, kPauses * (after - before));
        const auto slow =
            m_again || !m_isTold ? std::chrono::seconds(kAgain) : FolderScan::kSlowLook;
        const auto end = m_world.clock.waitUntil(after + std::max(pause, {slow}), stop, m_news);
        if (end == WaitEnd::Rung) {
            static_cast<void>(m_world.clock.waitUntil(
                std::max(after + pause, m_world.clock.monotonic() + kSettle), stop));
        }
    }
}

void FolderFollower::lookAtAll(const std::stop_token& stop)
{
    m_again = false;
    m_isTold = true;
    for (Watched& watched : m_folders) {
        while (lookAt(watched, stop) && !stop.stop_requested()) {}
    }
}

/// Whether there is more to be found at once.
bool FolderFollower::lookAt(Watched& watched, const std::stop_token& stop)
{
    // The watch comes before the look, so that nothing comes unseen between the two.
    listenTo(watched, watched.folders);
    const std::size_t room = m_world.room - std::min(m_world.room, m_ids.size());
    auto look = watched.scan.look(m_world.clock.monotonic(), room, m_world.taken, stop);
    if (!look.ok()) {
        m_again = true;
        if (!stop.stop_requested() && watched.trouble != look.error().what) {
            watched.trouble = look.error().what;
            m_world.observer.refused(look.error());
        }
        return false;
    }
    watched.trouble.reset();
    m_again = m_again || look.value().again;
    for (const std::string& gone : look.value().gone) {
        const auto known = m_ids.extract(gone);
        if (known.empty()) {
            continue;
        }
        m_world.observer.letGo(known.mapped(), gone);
        m_world.service.unfollow(known.mapped());
    }
    for (const Error& error : look.value().refused) {
        m_world.observer.refused(error);
    }
    for (const DatabaseConfig& database : look.value().found) {
        if (const auto caution = litestreamCaution(m_world.files, database.path)) {
            m_world.observer.caution(*caution, database.path);
        }
        m_ids.emplace(database.path, m_world.service.follow(database));
    }
    if (watched.folders != look.value().folders) {
        m_again = true;  // What came into a new folder before it was listened to.
        listenTo(watched, look.value().folders);
    }
    return look.value().more;
}

void FolderFollower::listenTo(Watched& watched, std::set<std::string> folders)
{
    std::vector<std::string> left;
    std::ranges::set_difference(watched.folders, folders, std::back_inserter(left));
    if (m_watcher) {
        for (const std::string& folder : left) {
            m_watcher->unwatch(folder);
        }
        // Each time: a folder may have been replaced by another one of its name.
        for (const std::string& folder : folders) {
            listenTo(folder);
        }
    }
    watched.folders = std::move(folders);
}

void FolderFollower::listenTo(const std::string& folder)
{
    const Status told = m_watcher->watch(folder);
    m_isTold = told.ok() && m_isTold;
    // Of a folder that is gone or forbidden the look itself tells.
    const bool isExhausted = !told.ok() && told.error().code == ErrorCode::Unavailable;
    if (isExhausted && !std::exchange(m_saidUntold, true)) {
        m_world.observer.caution({.what = told.error().what, .next = told.error().next}, {});
    }
}

bool FolderFollower::isNewsForAny(std::string_view name, bool isFolder) const
{
    return name.empty() || std::ranges::any_of(m_configs, [&](const FolderConfig& folder) {
               return isFolder ? folder.recursive : isNews(folder, name);
           });
}

}  // namespace tidemark::service
