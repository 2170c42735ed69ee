#include "core/net/qt_http_transport.h"

#include "core/net/qt_exchange.h"

#include <QNetworkAccessManager>
#include <QNetworkProxyFactory>
#include <QUrl>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tidemark::net {
namespace {

/// Each has a thread, and Qt one more for it.
constexpr std::size_t kMaxLanes = 16;
/// One that does not answer must not keep others waiting.
constexpr std::size_t kMaxLanesOfServer = kMaxLanes / 2;

class SystemProxies final : public QNetworkProxyFactory {
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery& query) override
    {
        return systemProxyForQuery(query);
    }
};

/// What a kept connection and a remembered login are good for.
struct Scope {
    std::string server = {};
    std::string user = {};
    std::string password = {};  ///< One that is right is not used again for one that is wrong.
    std::string caFile = {};

    bool operator==(const Scope&) const = default;
};

Scope scopeOf(const HttpRequest& request)
{
    const QUrl url = QUrl::fromEncoded(QByteArray::fromStdString(request.url));
    return {.server = url.scheme().toStdString() + "://" + url.authority().toStdString(),
            .user = request.login.user,
            .password = request.login.password,
            .caFile = request.caFile};
}

/// A server need not read a body that it refuses, and Qt looks for no answer before it has sent
/// all. Below this, the body fits into the buffers on the way.
constexpr std::uint64_t kLargeBytes = 1 << 20;

/// So it is asked for its challenge before a large body goes out.
Result<HttpResponse> exchangeLoggedIn(QNetworkAccessManager& manager, const HttpRequest& request,
                                      const std::stop_token& stop)
{
    const bool isLarge =
        request.body != nullptr && request.body->sizeBytes().value_or(0) > kLargeBytes;
    if (isLarge && !request.login.user.empty()) {
        const HttpRequest ahead{.method = "HEAD",
                                .url = request.url,
                                .login = request.login,
                                .caFile = request.caFile,
                                .limits = request.limits};
        auto answer = exchange(manager, ahead, stop);
        if (!answer.ok() || answer.value().status == 401) {
            return answer;
        }
    }
    return exchange(manager, request, stop);
}

/// A thread with a manager of its own, since a manager serves the thread that made it. One request
/// at a time.
class Lane {
public:
    Lane() : m_thread([this](const std::stop_token& end) { work(end); }) {}

    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop,
                                            bool isAnotherScope)
    {
        std::promise<Result<HttpResponse>> answer;
        auto waiting = answer.get_future();
        {
            const std::scoped_lock lock(m_mutex);
            m_task = Task{&request, stop, isAnotherScope, &answer};
        }
        m_changed.notify_one();
        return waiting.get();
    }

    std::optional<Scope> scope = {};  ///< Of the last request. The transport's mutex guards it.
    bool isBusy = false;              ///< Also.

private:
    struct Task {
        const HttpRequest* request = nullptr;
        std::stop_token stop = {};
        bool forgetsFirst = false;
        std::promise<Result<HttpResponse>>* answer = nullptr;
    };

    void work(const std::stop_token& end)
    {
        QNetworkAccessManager manager;
        manager.setAutoDeleteReplies(false);
        manager.setProxyFactory(new SystemProxies);  // The manager's from here on.
        for (;;) {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, end, [this] { return m_task.has_value(); })) {
                return;
            }
            const Task task = *std::exchange(m_task, std::nullopt);
            lock.unlock();
            if (task.forgetsFirst) {
                manager.clearAccessCache();
            }
            task.answer->set_value(exchangeLoggedIn(manager, *task.request, task.stop));
        }
    }

    std::mutex m_mutex;  // Guards m_task.
    std::condition_variable_any m_changed;
    std::optional<Task> m_task;
    std::jthread m_thread;  // Last: it uses the others.
};

class QtHttpTransport final : public HttpTransport {
public:
    [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                            std::stop_token stop) override
    {
        const Scope scope = scopeOf(request);
        bool isAnotherScope = false;
        Lane* const lane = take(scope, stop, isAnotherScope);
        if (lane == nullptr) {
            return cancelled();
        }
        auto answer = lane->send(request, stop, isAnotherScope);
        {
            const std::scoped_lock lock(m_mutex);
            lane->isBusy = false;
        }
        // All: the first one may want a server that has its share.
        m_changed.notify_all();
        return answer;
    }

private:
    /// Null when stopped.
    Lane* take(const Scope& scope, const std::stop_token& stop, bool& isAnotherScope)
    {
        std::unique_lock lock(m_mutex);
        Lane* lane = nullptr;
        m_changed.wait(lock, stop, [&] {
            lane = freeLane(scope);
            return lane != nullptr;
        });
        if (lane == nullptr || stop.stop_requested()) {
            return nullptr;
        }
        isAnotherScope = lane->scope && lane->scope != scope;
        lane->scope = scope;
        lane->isBusy = true;
        return lane;
    }

    Lane* freeLane(const Scope& scope)
    {
        const auto ofServer = std::ranges::count_if(m_lanes, [&scope](const auto& each) {
            return each->isBusy && each->scope && each->scope->server == scope.server;
        });
        if (static_cast<std::size_t>(ofServer) >= kMaxLanesOfServer) {
            return nullptr;
        }
        const auto fits = [&scope](const auto& each) {
            return !each->isBusy && each->scope == scope;
        };
        if (const auto found = std::ranges::find_if(m_lanes, fits); found != m_lanes.end()) {
            return found->get();
        }
        if (m_lanes.size() < kMaxLanes) {
            return m_lanes.emplace_back(std::make_unique<Lane>()).get();
        }
        const auto any =
            std::ranges::find_if(m_lanes, [](const auto& each) { return !each->isBusy; });
        return any == m_lanes.end() ? nullptr : any->get();
    }

    std::mutex m_mutex;  // Guards the lanes' scopes and turns, and the list.
    std::condition_variable_any m_changed;
    std::vector<std::unique_ptr<Lane>> m_lanes;
};

}  // namespace

std::unique_ptr<HttpTransport> makeQtHttpTransport()
{
    return std::make_unique<QtHttpTransport>();
}

}  // namespace tidemark::net
