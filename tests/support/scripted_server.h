#pragma once

#include <QObject>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTcpServer>
#include <QThread>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark {

/// What a client sent.
struct SeenRequest {
    std::string method = {};
    std::string target = {};                          ///< As it stood in the request line.
    std::map<std::string, std::string> headers = {};  ///< Names in lower case.
    std::string body = {};
    int connection = 0;  ///< From 1 on, in the order in which they came.

    [[nodiscard]] std::string header(const std::string& name) const
    {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

/// Bytes as they go out, right or wrong.
struct ScriptedAnswer {
    enum class Then { Keep, Close };

    std::string bytes = {};
    Then then = Then::Keep;
};

/// A well-formed one.
inline ScriptedAnswer answered(int status, const std::string& body = {},
                               const std::vector<std::string>& headers = {})
{
    std::string bytes = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
    for (const std::string& each : headers) {
        bytes += each + "\r\n";
    }
    return {.bytes = bytes + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

/// An HTTP server on loopback that answers each request as the script says, on a thread of its own,
/// where the script runs, too: whoever asks may block. Goes with all its connections. For one
/// thread.
class ScriptedServer {
public:
    using Script = std::function<ScriptedAnswer(const SeenRequest&)>;

    struct Manner {
        std::optional<QSslConfiguration> tls = {};
        /// The script is asked when the headers are there, and the body stays in the way.
        bool leavesBodies = false;
    };

    explicit ScriptedServer(Script script) : ScriptedServer(std::move(script), Manner()) {}

    ScriptedServer(Script script, Manner manner)
        : m_script(std::move(script)), m_manner(std::move(manner)), m_listener(new Listener(*this))
    {
        m_listener->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_listener, &QObject::deleteLater);
        m_thread.start();
        QMetaObject::invokeMethod(
            m_listener,
            [this] {
                m_listener->listen(QHostAddress::LocalHost);
                m_port = m_listener->serverPort();
            },
            Qt::BlockingQueuedConnection);
    }

    ~ScriptedServer()
    {
        m_thread.quit();
        m_thread.wait();
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return m_port; }

    [[nodiscard]] std::string url(const std::string& path) const
    {
        return std::string(m_manner.tls ? "https" : "http") +
               "://127.0.0.1:" + std::to_string(m_port) + path;
    }

    [[nodiscard]] std::vector<SeenRequest> requests() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_requests;
    }

    [[nodiscard]] int connections() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_connections;
    }

    /// False when fewer have come after ten seconds.
    [[nodiscard]] bool waitForConnections(int count) const
    {
        return waitUntil([&] { return m_connections >= count; });
    }
    [[nodiscard]] bool waitForRequests(std::size_t count) const
    {
        return waitUntil([&] { return m_requests.size() >= count; });
    }

private:
    class Listener final : public QTcpServer {
    public:
        explicit Listener(ScriptedServer& server) : m_server(server) {}

    protected:
        void incomingConnection(qintptr handle) override
        {
            auto* const socket = new QSslSocket(this);
            socket->setSocketDescriptor(handle);
            if (m_server.m_manner.tls) {
                socket->setSslConfiguration(*m_server.m_manner.tls);
                socket->startServerEncryption();
            }
            m_server.serve(*socket);
        }

    private:
        ScriptedServer& m_server;
    };

    void serve(QSslSocket& socket)
    {
        int number = 0;
        {
            const std::scoped_lock lock(m_mutex);
            number = ++m_connections;
        }
        m_changed.notify_all();
        QObject::connect(&socket, &QSslSocket::readyRead, &socket,
                         [this, &socket, number, bytes = std::string()]() mutable {
                             bytes += socket.readAll().toStdString();
                             while (auto request = taken(bytes)) {
                                 request->connection = number;
                                 answer(socket, *request);
                             }
                         });
        QObject::connect(&socket, &QSslSocket::disconnected, &socket, &QObject::deleteLater);
    }

    void answer(QSslSocket& socket, const SeenRequest& request)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_requests.push_back(request);
        }
        m_changed.notify_all();
        if (m_manner.leavesBodies) {
            socket.setReadBufferSize(1);
        }
        const ScriptedAnswer said = m_script(request);
        socket.write(QByteArray::fromStdString(said.bytes));
        if (said.then == ScriptedAnswer::Then::Close) {
            socket.disconnectFromHost();
        }
    }

    /// The first whole request, taken off `bytes`.
    [[nodiscard]] std::optional<SeenRequest> taken(std::string& bytes) const
    {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string::npos) {
            return {};
        }
        SeenRequest request = parsed(bytes.substr(0, end));
        const std::string length = request.header("content-length");
        const std::size_t size = length.empty() || m_manner.leavesBodies ? 0 : std::stoull(length);
        if (bytes.size() < end + 4 + size) {
            return {};
        }
        request.body = bytes.substr(end + 4, size);
        bytes.erase(0, end + 4 + size);
        return request;
    }

    static SeenRequest parsed(const std::string& head)
    {
        const auto first = head.find(' ');
        const auto second = head.find(' ', first + 1);
        SeenRequest request{.method = head.substr(0, first),
                            .target = head.substr(first + 1, second - first - 1)};
        for (auto at = head.find("\r\n"); at != std::string::npos;) {
            const auto next = head.find("\r\n", at + 2);
            const std::string line =
                head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
            const auto colon = std::min(line.find(": "), line.size() - 2);
            std::string name = line.substr(0, colon);
            std::ranges::transform(name, name.begin(), [](char letter) {
                return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
            });
            request.headers[name] = line.substr(colon + 2);
            at = next;
        }
        return request;
    }

    template <typename Condition>
    [[nodiscard]] bool waitUntil(Condition condition) const
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(10), condition);
    }

    Script m_script;
    Manner m_manner;
    mutable std::mutex m_mutex;  // Guards the requests and the number of connections.
    mutable std::condition_variable m_changed;
    std::vector<SeenRequest> m_requests;
    int m_connections = 0;
    std::uint16_t m_port = 0;
    QThread m_thread;
    Listener* m_listener;  // Lives on m_thread and goes with it.
};

}  // namespace tidemark
