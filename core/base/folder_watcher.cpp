#include "core/base/folder_watcher.h"

#include "core/base/descriptor.h"

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
#include <thread>
#include <utility>

namespace tidemark {
namespace {

// Not each write: whoever writes pays for an event, and a new file is closed or gets a log beside
// it. IN_DELETE_SELF tells of the folder's own end.
constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

Error noWatch(const std::string& folder, int number)
{
    const bool isGone = number == ENOENT || number == ENOTDIR;
    const bool isForbidden = number == EACCES;
    return {.code = isGone        ? ErrorCode::NotFound
                    : isForbidden ? ErrorCode::Forbidden
                                  : ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("base", "The system gives no notice of new files in %1: %2."),
                     {folder, std::strerror(number)}},
            .next = {TIDEMARK_TEXT("base",
                                   "Tidemark looks by itself now and then. Raise "
                                   "fs.inotify.max_user_watches or max_user_instances to be told "
                                   "at once.")}};
}

}  // namespace

class FolderWatcher::Impl {
public:
    explicit Impl(Changed changed)
        : m_changed(std::move(changed)),
          m_events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
          m_error(m_events.valid() ? 0 : errno),
          m_bell(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    {
        m_error = m_error == 0 && !m_bell.valid() ? errno : m_error;
        if (m_error == 0) {
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

    [[nodiscard]] Status watch(const std::string& folder)
    {
        if (m_error != 0) {
            return noWatch(folder, m_error);
        }
        const std::scoped_lock lock(m_mutex);
        // The same folder gives the same number again; another one of that name, another number.
        const int number = ::inotify_add_watch(m_events.number(), folder.c_str(), kEvents);
        if (number < 0) {
            return noWatch(folder, errno);
        }
        const auto [place, isNew] = m_folders.insert({folder, number});
        if (!isNew && place->second != number) {
            ::inotify_rm_watch(m_events.number(), std::exchange(place->second, number));
        }
        return {};
    }

    void unwatch(const std::string& folder)
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_folders.find(folder);
        if (found != m_folders.end()) {
            ::inotify_rm_watch(m_events.number(), found->second);
            m_folders.erase(found);
        }
    }

private:
    void run()
    {
        std::array<pollfd, 2> both{pollfd{m_bell.number(), POLLIN, 0},
                                   pollfd{m_events.number(), POLLIN, 0}};
        for (;;) {
            ::poll(both.data(), both.size(), -1);
            if (both[0].revents != 0) {
                return;
            }
            tell();
        }
    }

    void tell()
    {
        alignas(inotify_event) std::array<char, 65536> buffer{};
        const ssize_t got = ::read(m_events.number(), buffer.data(), buffer.size());
        for (ssize_t at = 0; at < got;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            // The end of a watch that was taken back is no news.
            if ((event->mask & IN_IGNORED) == 0) {
                m_changed(event->len > 0 ? std::string_view(event->name) : std::string_view(),
                          (event->mask & IN_ISDIR) != 0);
            }
        }
    }

    Changed m_changed;
    Descriptor m_events;
    int m_error = 0;
    Descriptor m_bell;
    std::mutex m_mutex;  // Guards m_folders.
    std::map<std::string, int> m_folders;
    std::thread m_thread;
};

FolderWatcher::FolderWatcher(Changed changed) : m_impl(std::make_unique<Impl>(std::move(changed)))
{
}

FolderWatcher::~FolderWatcher() = default;

Status FolderWatcher::watch(const std::string& folder)
{
    return m_impl->watch(folder);
}

void FolderWatcher::unwatch(const std::string& folder)
{
    m_impl->unwatch(folder);
}

}  // namespace tidemark
