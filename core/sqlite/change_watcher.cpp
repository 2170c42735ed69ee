#include "core/sqlite/change_watcher.h"

#include "core/base/file_system.h"
#include "core/sqlite/source_identity.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

namespace tidemark::sqlite {
namespace {

// What is written meanwhile waits in the kernel's queue, where equal events are one: a writer that
// never rests costs 200 rounds a second, and its last write is never missed.
constexpr int kPauseMs = 5;

// The folder, not the -wal: that one is removed and made anew, and a folder of many databases needs
// one watch only.
constexpr std::uint32_t kEvents = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;

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

class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (m_number >= 0) {
            ::close(m_number);
        }
    }
    [[nodiscard]] int number() const { return m_number; }

private:
    int m_number = -1;
};

}  // namespace

class ChangeWatcher::Impl {
public:
    Impl()
        : m_events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
          m_error(m_events.number() < 0 ? errno : 0),
          m_bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    {
        if (m_events.number() >= 0 && m_bell.number() >= 0) {
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

    [[nodiscard]] Status watch(const std::string& databasePath, std::function<void()> changed)
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_thread.joinable()) {
            return noWatch(databasePath, m_error);
        }
        // The same folder gives the same number again.
        const int folder =
            ::inotify_add_watch(m_events.number(), parentOf(databasePath).c_str(), kEvents);
        if (folder < 0) {
            return noWatch(databasePath, errno);
        }
        m_watched.insert_or_assign({folder, nameOf(walPath(databasePath))}, std::move(changed));
        m_folders.insert_or_assign(databasePath, folder);
        return {};
    }

    void unwatch(const std::string& databasePath)
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_folders.find(databasePath);
        if (found == m_folders.end()) {
            return;
        }
        const int folder = found->second;
        m_folders.erase(found);
        m_watched.erase({folder, nameOf(walPath(databasePath))});
        const auto next = m_watched.lower_bound({folder, {}});
        if (next == m_watched.end() || next->first.first != folder) {
            ::inotify_rm_watch(m_events.number(), folder);
        }
    }

private:
    /// The watched folder's number and the name of a -wal in it.
    using Key = std::pair<int, std::string>;

    void run()
    {
        while (true) {
            std::array<pollfd, 2> both{pollfd{m_bell.number(), POLLIN, 0},
                                       pollfd{m_events.number(), POLLIN, 0}};
            ::poll(both.data(), both.size(), -1);
            if (both[0].revents != 0) {
                return;
            }
            tell(drain());
            if (::poll(both.data(), 1, kPauseMs) > 0) {
                return;
            }
        }
    }

    /// What changed since the last look; empty when the queue ran over: anything may have.
    std::optional<std::set<Key>> drain()
    {
        // One read a round is a bound on it; what it leaves is there in the next round.
        alignas(inotify_event) std::array<char, 65536> buffer;
        std::set<Key> changed;
        bool overrun = false;
        const ssize_t got = ::read(m_events.number(), buffer.data(), buffer.size());
        for (ssize_t at = 0; at < got;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            overrun = overrun || (event->mask & IN_Q_OVERFLOW) != 0;
            if (event->len > 0 && std::string_view(event->name).ends_with("-wal")) {
                changed.emplace(event->wd, event->name);
            }
        }
        return overrun ? std::nullopt : std::optional(std::move(changed));
    }

    void tell(const std::optional<std::set<Key>>& changed)
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [key, call] : m_watched) {
            if (!changed || changed->contains(key)) {
                call();
            }
        }
    }

    Descriptor m_events;
    int m_error = 0;
    Descriptor m_bell;
    std::mutex m_mutex;  // Guards the maps; held during the calls, so that none follows unwatch.
    std::map<Key, std::function<void()>> m_watched;
    std::map<std::string, int> m_folders;
    std::thread m_thread;
};

ChangeWatcher::ChangeWatcher() : m_impl(std::make_unique<Impl>()) {}

ChangeWatcher::~ChangeWatcher() = default;

Status ChangeWatcher::watch(const std::string& databasePath, std::function<void()> changed)
{
    return m_impl->watch(databasePath, std::move(changed));
}

void ChangeWatcher::unwatch(const std::string& databasePath)
{
    m_impl->unwatch(databasePath);
}

}  // namespace tidemark::sqlite
