#include "core/net/qt_exchange.h"

#include "core/net/no_answer.h"
#include "core/net/qt_body.h"
#include "core/net/qt_failure.h"
#include "core/net/qt_request.h"

#include <QAuthenticator>
#include <QEventLoop>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QSslError>
#include <QTimer>

#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <utility>

namespace tidemark::net {
namespace {

// As much as Qt may hold of an answer while we are busy.
constexpr qint64 kReadAheadBytes = 1024 * 1024;
constexpr std::size_t kPieceBytes = 256 * 1024;

/// One request under way: takes the answer in, minds the limits.
class Exchange {
public:
    Exchange(QNetworkReply& reply, const HttpRequest& request) : m_reply(reply), m_request(request)
    {
        m_reply.setReadBufferSize(kReadAheadBytes);
        const HttpLimits& limits = request.limits;
        limit(m_connect, limits.connect, noAnswerInTime(host(), isTls(m_reply)));
        limit(m_idle, limits.idle,
              unavailable({TIDEMARK_TEXT("net", "%1 fell silent."), {host()}}));
        limit(m_total, limits.total,
              unavailable({TIDEMARK_TEXT("net", "%1 took too long."), {host()}}));
        const auto stillAlive = [this] {
            m_connect.stop();
            m_idle.start();
        };
        const auto sends = [this, stillAlive](qint64 sent, qint64 total) {
            if (sent > 0) {
                m_isSending = sent < total;
                stillAlive();
            }
        };
        QObject::connect(&m_reply, &QNetworkReply::requestSent, &m_idle, stillAlive);
        QObject::connect(&m_reply, &QNetworkReply::encrypted, &m_idle, stillAlive);
        QObject::connect(&m_reply, &QNetworkReply::uploadProgress, &m_idle, sends);
        QObject::connect(&m_reply, &QNetworkReply::metaDataChanged, &m_idle, stillAlive);
        QObject::connect(&m_reply, &QNetworkReply::readyRead, &m_idle, [this] { takeIn(); });
        QObject::connect(&m_reply, &QNetworkReply::sslErrors, &m_idle,
                         [this](const QList<QSslError>& errors) {
                             if (!errors.isEmpty()) {
                                 m_tls = errors.constFirst();
                             }
                         });
    }

    void run(const std::stop_token& stop)
    {
        QObject::connect(&m_reply, &QNetworkReply::finished, &m_loop, &QEventLoop::quit);
        // abort() must run on this thread; the stop request may come from any other.
        const std::stop_callback onStop(stop, [this] {
            QMetaObject::invokeMethod(&m_reply, &QNetworkReply::abort, Qt::QueuedConnection);
        });
        if (!m_reply.isFinished()) {
            m_loop.exec(QEventLoop::ExcludeUserInputEvents);
        }
        takeIn();
    }

    [[nodiscard]] Result<HttpResponse> outcome()
    {
        if (m_failure) {
            return *m_failure;
        }
        if (isBroken()) {
            return m_isSending ? tookAPart(host()) : whyBroken(m_reply, m_tls);
        }
        if (!isWhole()) {
            return m_reply.hasRawHeader("Content-Length")
                       ? unavailable(
                             {TIDEMARK_TEXT("net", "The answer of %1 is not as long as it says."),
                              {host()}})
                       : toldNoLength(host());
        }
        HttpResponse response{.status = status(), .body = std::move(m_body)};
        for (const auto& [name, value] : m_reply.rawHeaderPairs()) {
            response.headers[name.toLower().toStdString()] = value.toStdString();
        }
        return response;
    }

private:
    void limit(QTimer& timer, std::chrono::milliseconds most, const Error& why)
    {
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &timer, [this, why] { fail(why); });
        timer.start(most);
    }

    void takeIn()
    {
        m_connect.stop();
        while (!m_failure) {
            const qint64 waiting = m_reply.bytesAvailable();
            if (waiting <= 0) {
                break;
            }
            const std::size_t before = m_body.size();
            const auto piece = std::min(
                {static_cast<std::size_t>(waiting), kPieceBytes,
                 m_request.limits.bodyBytes + 1 - std::min(before, m_request.limits.bodyBytes)});
            m_body.resize(before + piece);
            const qint64 count = m_reply.read(reinterpret_cast<char*>(m_body.data() + before),
                                              static_cast<qint64>(piece));
            m_body.resize(before + static_cast<std::size_t>(std::max<qint64>(count, 0)));
            if (count <= 0) {
                break;  // Aborted with bytes left.
            }
            if (m_body.size() > m_request.limits.bodyBytes) {
                fail(unavailable(
                    {TIDEMARK_TEXT("net", "%1 answers with more than was asked for."), {host()}}));
            }
        }
        m_idle.start();
    }

    void fail(Error why)
    {
        m_failure = std::move(why);
        m_reply.abort();
    }

    [[nodiscard]] std::string host() const { return hostOf(m_reply); }

    [[nodiscard]] int status() const
    {
        return m_reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    }

    /// Qt reports 4xx and 5xx as errors too; those are answers.
    [[nodiscard]] bool isBroken() const
    {
        const bool saysStatus =
            status() >= 400 && m_reply.error() >= QNetworkReply::ContentAccessDenied;
        return status() == 0 || (m_reply.error() != QNetworkReply::NoError && !saysStatus);
    }

    [[nodiscard]] bool isWhole() const
    {
        const bool hasNoBody = m_reply.operation() == QNetworkAccessManager::HeadOperation ||
                               status() == 204 || status() == 304;
        if (hasNoBody || m_reply.hasRawHeader("Transfer-Encoding")) {
            return true;
        }
        bool isNumber = false;
        const auto length = m_reply.rawHeader("Content-Length").toULongLong(&isNumber);
        return isNumber && length == m_body.size();
    }

    QNetworkReply& m_reply;
    const HttpRequest& m_request;
    QEventLoop m_loop;  // Before the timers: a plain thread has no event dispatcher until then.
    QTimer m_connect;
    QTimer m_idle;
    QTimer m_total;
    std::optional<Error> m_failure;
    bool m_isSending = false;
    QSslError m_tls;  // What is wrong with the certificate.
    std::vector<std::byte> m_body;
};

QNetworkReply* begin(QNetworkAccessManager& manager, const HttpRequest& request,
                     const QNetworkRequest& wire, QIODevice* body)
{
    // Qt waits for a body after any verb that it does not know by name.
    if (request.method == "HEAD") {
        return manager.head(wire);
    }
    if (request.method == "GET") {
        return manager.get(wire);
    }
    const auto verb = QByteArray::fromStdString(request.method);
    return body == nullptr ? manager.sendCustomRequest(wire, verb)
                           : manager.sendCustomRequest(wire, verb, body);
}

}  // namespace

Result<HttpResponse> exchange(QNetworkAccessManager& manager, const HttpRequest& request,
                              const std::stop_token& stop)
{
    std::optional<BodyDevice> body;
    if (request.body != nullptr) {
        assert(request.body->sizeBytes().has_value());
        body.emplace(*request.body, *request.body->sizeBytes());
        TIDEMARK_TRY_STATUS(body->start());
    }
    TIDEMARK_TRY(const QNetworkRequest wire, wireRequest(request));
    QObject logins;
    int asked = 0;
    QObject::connect(&manager, &QNetworkAccessManager::authenticationRequired, &logins,
                     [&](QNetworkReply*, QAuthenticator* login) {
                         // Asked again, it was wrong: the answer is the server's refusal then.
                         if (asked++ == 0 && !request.login.user.empty()) {
                             // Qt sends these as Latin-1, which keeps the bytes: UTF-8 goes out.
                             login->setUser(QString::fromLatin1(request.login.user));
                             login->setPassword(QString::fromLatin1(request.login.password));
                         }
                     });
    const std::unique_ptr<QNetworkReply> reply(
        begin(manager, request, wire, body ? &*body : nullptr));
    Exchange under(*reply, request);
    under.run(stop);
    if (stop.stop_requested()) {
        return cancelled();
    }
    if (body && body->failure()) {
        return *body->failure();
    }
    return under.outcome();
}

}  // namespace tidemark::net
