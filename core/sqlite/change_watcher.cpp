#include "core/sqlite/change_watcher.h"

#include "core/base/descriptor.h"
#include "core/base/file_system.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace tidemark::sqlite {
namespace {

// An event costs the one who writes a part of a small commit. So after one the folder is muted for
// this long, and at the end the database is told once more, whether there was another write or not:
// a writer that never rests pays for 200 events a second, and its last write is never missed.
// Where several databases share a folder it is not known which one to tell; there it stays loud.
constexpr int kPauseMs = 5;

// The folder, not the file: a -wal is removed and made anew, and a folder of many databases needs
// one watch only.
constexpr std::uint32_t kMutedEvents =
    IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::uint32_t kEvents = IN_MODIFY | kMutedEvents;

Error noWatch(const std::string& path, int number)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("sqlite", "The system gives no notice of changes to %1: %2."),
                     {path, std::strerror(number)}},
            .next = {TIDEMARK_TEXT("sqlite",
                                   "Tidemark looks by itself now and then. Raise "
                                   "fs.inotify.max_user_watches or max_user_instances "
                                   "to be told at once.")}};
}

}  // namespace

class ChangeWatcher::Impl {
public:
    Impl()
        : m_events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
          m_error(!m_events.valid() ? errno : 0),
          m_bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    {
        m_error = m_error == 0 && !m_bell.valid() ? errno : m_error;
        if (m_events.valid() && m_bell.valid()) {
            m_thread = std::thread([this] { run(); });
        }
    }

    ~Impl()
    {
        if (m_thread.joinable()) {
            ::eventfd_write(m_bell.number(), 1);
            m_thread.join();
        }
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] Status watchLog(const std::string& path, std::function<void()> changed)
    {
        return watch(m_watched, path, std::move(changed));
    }

    [[nodiscard]] Status watchFile(const std::string& path, std::function<void()> changed)
    {
        return watch(m_files, path, std::move(changed));
    }

    void unwatch(const std::string& path)
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_folders.find(path);
        if (found == m_folders.end()) {
            return;
        }
        const int folder = found->second;
        m_folders.erase(found);
        m_watched.erase({folder, nameOf(path)});
        m_files.erase({folder, nameOf(path)});
        if (!hasAny(m_watched, folder) && !hasAny(m_files, folder)) {
            ::inotify_rm_watch(m_events.number(), folder);
            m_paths.erase(folder);
        }
    }

private:
    /// The watched folder's number and the name of a file in it.
    using Key = std::pair<int, std::string>;

    [[nodiscard]] Status watch(std::map<Key, std::function<void()>>& calls, const std::string& path,
                               std::function<void()> changed)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_thread.joinable()) {
            return noWatch(path, m_error);
        }
        // The same folder gives the same number again.
        const int folder = ::inotify_add_watch(m_events.number(), parentOf(path).c_str(), kEvents);
        if (folder < 0) {
            return noWatch(path, errno);
        }
        calls.insert_or_assign({folder, nameOf(path)}, std::move(changed));
        m_folders.insert_or_assign(path, folder);
        m_paths.insert_or_assign(folder, parentOf(path));
        return {};
    }

    [[nodiscard]] static bool hasAny(const std::map<Key, std::function<void()>>& calls, int folder)
    {
        const auto next = calls.lower_bound({folder, {}});
        return next != calls.end() && next->first.first == folder;
    }

    void run()
    {
        while (true) {
            std::array<pollfd, 2> both{pollfd{m_bell.number(), POLLIN, 0},
                                       pollfd{m_events.number(), POLLIN, 0}};
            ::poll(both.data(), both.size(), -1);
            if (both[0].revents != 0) {
                return;
            }
            const auto changed = drain();
            const std::set<int> muted = tell(changed);
            if (::poll(both.data(), 1, kPauseMs) > 0) {
                return;
            }
            unmute(muted);
        }
    }

    /// What changed since the last look; empty when the queue ran over: anything may have.
    std::optional<std::set<Key>> drain()
    {
        // One read a round is a bound on it; what it leaves is there in the next round.
        alignas(inotify_event) std::array<char, 65536> buffer = {};
        std::set<Key> changed;
        bool overrun = false;
        const ssize_t got = ::read(m_events.number(), buffer.data(), buffer.size());
        const std::scoped_lock lock(m_mutex);
        for (ssize_t at = 0; at < got;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            overrun = overrun || (event->mask & IN_Q_OVERFLOW) != 0;
            if (Key key(event->wd, event->len > 0 ? event->name : "");
                m_watched.contains(key) || m_files.contains(key)) {
                changed.insert(std::move(key));
            }
        }
        return overrun ? std::nullopt : std::optional(std::move(changed));
    }

    /// Tells whom it concerns, and gives the folders that are muted now.
    std::set<int> tell(const std::optional<std::set<Key>>& changed)
    {
        const std::scoped_lock lock(m_mutex);
        std::set<int> folders;
        for (const auto& [key, call] : m_watched) {
            if (!changed || changed->contains(key)) {
                if (isAlone(key)) {
                    listen(key.first, kMutedEvents);
                    folders.insert(key.first);
                }
                call();
            }
        }
        for (const auto& [key, call] : m_files) {
            if (!changed || changed->contains(key)) {
                call();
            }
        }
        return folders;
    }

    void unmute(const std::set<int>& folders)
    {
        const std::scoped_lock lock(m_mutex);
        for (const int folder : folders) {
            listen(folder, kEvents);
        }
        for (const auto& [key, call] : m_watched) {
            if (folders.contains(key.first)) {
                call();
            }
        }
    }

    [[nodiscard]] bool isAlone(const Key& key) const
    {
        const auto at = m_watched.find(key);
        const auto next = std::next(at);
        return (at == m_watched.begin() || std::prev(at)->first.first != key.first) &&
               (next == m_watched.end() || next->first.first != key.first);
    }

    void listen(int folder, std::uint32_t events)
    {
        const auto path = m_paths.find(folder);
        if (path == m_paths.end()) {
            return;  // Nobody watches it any more.
        }
        const int found = ::inotify_add_watch(m_events.number(), path->second.c_str(), events);
        if (found >= 0 && found != folder && !m_paths.contains(found)) {
            // Another folder has that name now; who watches the old one will notice.
            ::inotify_rm_watch(m_events.number(), found);
        }
    }

    Descriptor m_events;
    int m_error = 0;
    Descriptor m_bell;
    std::mutex m_mutex;  // Guards the maps; held during the calls, so that none follows unwatch.
    std::map<Key, std::function<void()>> m_watched;
    std::map<Key, std::function<void()>> m_files;  // Beside those.
    std::map<std::string, int> m_folders;
    std::map<int, std::string> m_paths;  // Of the folders.
    std::thread m_thread;
};

ChangeWatcher::ChangeWatcher() : m_impl(std::make_unique<Impl>()) {}

ChangeWatcher::~ChangeWatcher() = default;

Status ChangeWatcher::watch(const std::string& path, std::function<void()> changed)
{
    return m_impl->watchLog(path, std::move(changed));
}

Status ChangeWatcher::watchFile(const std::string& path, std::function<void()> changed)
{
    return m_impl->watchFile(path, std::move(changed));
}

void ChangeWatcher::unwatch(const std::string& path)
{
    m_impl->unwatch(path);
}

}  // namespace tidemark::sqlite
