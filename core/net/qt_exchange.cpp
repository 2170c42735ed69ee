#include "core/net/qt_exchange.h"

#include "core/net/no_answer.h"

#include <QAuthenticator>
#include <QEventLoop>
#include <QIODevice>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace tidemark::net {
namespace {

// As much as Qt may hold of an answer while we are busy.
constexpr qint64 kReadAheadBytes = 1024 * 1024;
constexpr std::size_t kPieceBytes = 256 * 1024;

Error becameShorter()
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("net", "What is being sent became shorter meanwhile.")},
        .next = {TIDEMARK_TEXT("net", "Look whether something else changes it, and try again.")}};
}

/// Qt takes an address apart and puts it together again, not always from the same letters.
bool staysAsItIs(const QUrl& url, const std::string& text)
{
    const auto path = text.find('/', text.find("://") + 3);
    const auto sent =
        url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::NormalizePathSegments);
    return path != std::string::npos && !url.hasFragment() &&
           sent.toStdString() == text.substr(path);
}

/// A request's body for Qt. It can be sought to its start, so Qt keeps no copy of it for the
/// case that a kept connection turns out to be closed, or that a login is asked for.
class BodyDevice final : public QIODevice {
public:
    BodyDevice(const ByteSource& source, std::uint64_t sizeBytes)
        : m_source(source), m_sizeBytes(static_cast<qint64>(sizeBytes))
    {
    }

    Status start()
    {
        TIDEMARK_TRY(m_reader, m_source.open());
        open(QIODevice::ReadOnly | QIODevice::Unbuffered);
        return {};
    }

    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }
    [[nodiscard]] qint64 size() const override { return m_sizeBytes; }

    bool seek(qint64 position) override
    {
        if (position != 0) {
            return false;
        }
        auto reader = m_source.open();
        if (!reader.ok()) {
            m_failure = reader.error();
            return false;
        }
        m_reader = std::move(reader).value();
        m_read = 0;
        return QIODevice::seek(0);
    }

protected:
    qint64 readData(char* data, qint64 limit) override
    {
        if (limit == 0) {
            return 0;
        }
        // A byte more than was said would be taken for the start of the next request.
        const qint64 wanted = std::min(limit, m_sizeBytes - m_read);
        if (wanted == 0) {
            return -1;
        }
        const std::span into(data, static_cast<std::size_t>(wanted));
        const auto count = m_reader->read(std::as_writable_bytes(into));
        if (!count.ok() || count.value() == 0) {
            m_failure = count.ok() ? becameShorter() : count.error();
            return -1;
        }
        m_read += static_cast<qint64>(count.value());
        return static_cast<qint64>(count.value());
    }

    qint64 writeData(const char*, qint64) override { return -1; }

private:
    const ByteSource& m_source;
    qint64 m_sizeBytes = 0;
    qint64 m_read = 0;
    std::unique_ptr<ByteReader> m_reader;
    std::optional<Error> m_failure;
};

Result<QNetworkRequest> wireRequest(const HttpRequest& request)
{
    const QUrl url = QUrl::fromEncoded(QByteArray::fromStdString(request.url));
    if (!staysAsItIs(url, request.url)) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("net", "A name at %1 cannot be asked for."),
                              {url.host().toStdString()}},
                     .next = {TIDEMARK_TEXT("net", "Leave \"/./\" and \"/../\" out of it.")}};
    }
    QNetworkRequest wire{url};
    // Not the name of a browser, which some servers ask for a login by a web page.
    wire.setRawHeader("User-Agent", "Tidemark");
    for (const auto& [name, value] : request.headers) {
        wire.setRawHeader(QByteArray::fromStdString(name), QByteArray::fromStdString(value));
    }
    // Qt unpacks what it asked for itself, and then lengths and checksums are not the object's.
    wire.setRawHeader("Accept-Encoding", "identity");
    if (request.body != nullptr) {
        wire.setHeader(QNetworkRequest::ContentLengthHeader,
                       static_cast<qulonglong>(request.body->sizeBytes().value_or(0)));
        wire.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
        if (!request.headers.contains("content-type")) {
            wire.setRawHeader("Content-Type", "application/octet-stream");
        }
    }
    // A redirect would carry Authorization to a host that nobody chose.
    wire.setAttribute(QNetworkRequest::RedirectPolicyAttribute,
                      QNetworkRequest::ManualRedirectPolicy);
    wire.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    wire.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    // HTTP/2 needs no length, and without one the end of a body cannot be told from a cut.
    wire.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    if (!request.caFile.empty()) {
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        if (!tls.addCaCertificates(QString::fromStdString(request.caFile))) {
            return Error{.code = ErrorCode::Usage,
                         .what = {TIDEMARK_TEXT("net", "%1 holds no certificate that can be read."),
                                  {request.caFile}},
                         .next = {TIDEMARK_TEXT(
                             "net", "Name a file with certificates in PEM form (\"ca\").")}};
        }
        wire.setSslConfiguration(tls);
    }
    return wire;
}

/// One request under way: takes the answer in, minds the limits.
class Exchange {
public:
    Exchange(QNetworkReply& reply, const HttpRequest& request) : m_reply(reply), m_request(request)
    {
        m_reply.setReadBufferSize(kReadAheadBytes);
        const HttpLimits& limits = request.limits;
        limit(m_connect, limits.connect, noAnswerInTime(host(), isTls()));
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
            return whyBroken();
        }
        if (!isWhole()) {
            return unavailable(
                {TIDEMARK_TEXT("net", "The answer of %1 is not as long as it says."), {host()}});
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

    /// What an error names: the rest of an address may hold a signature.
    [[nodiscard]] std::string host() const
    {
        const QUrl url = m_reply.url();
        const std::string name = url.host().toStdString();
        return url.port() < 0 ? name : name + ":" + std::to_string(url.port());
    }

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

    [[nodiscard]] bool isTls() const { return m_reply.url().scheme() == "https"; }

    /// "proxy.example:3128"; empty where none is on the way.
    [[nodiscard]] std::string proxy() const
    {
        const auto proxies =
            QNetworkProxyFactory::systemProxyForQuery(QNetworkProxyQuery(m_reply.url()));
        return proxies.isEmpty() || proxies.constFirst().type() == QNetworkProxy::NoProxy
                   ? std::string()
                   : proxies.constFirst().hostName().toStdString() + ":" +
                         std::to_string(proxies.constFirst().port());
    }

    /// Of the proxy itself, though Qt does not say so: it alone looks for the host behind it.
    [[nodiscard]] bool isOfProxy() const
    {
        return (m_reply.error() == QNetworkReply::HostNotFoundError ||
                m_reply.error() == QNetworkReply::ConnectionRefusedError) &&
               !proxy().empty();
    }

    [[nodiscard]] Error whyBroken() const
    {
        if (m_isSending) {
            return tookAPart(host());
        }
        if (isOfProxy()) {
            return proxyIsSilent(host(), proxy());
        }
        switch (m_reply.error()) {
        case QNetworkReply::HostNotFoundError:
            return unavailable({TIDEMARK_TEXT("net", "There is no host %1."), {host()}},
                               {TIDEMARK_TEXT("net",
                                              "Check its name, and whether this computer is "
                                              "online.")});
        case QNetworkReply::ConnectionRefusedError:
            return unavailable(
                {TIDEMARK_TEXT("net", "Nothing answers at %1."), {host()}},
                {TIDEMARK_TEXT("net", "Check the port, and whether the server runs.")});
        case QNetworkReply::SslHandshakeFailedError:
            return cannotProve(
                host(),
                (m_tls.error() == QSslError::NoError ? m_reply.errorString() : m_tls.errorString())
                    .toStdString(),
                m_tls.error() == QSslError::HostNameMismatch);
        case QNetworkReply::ProxyAuthenticationRequiredError:
            return unavailable(
                {TIDEMARK_TEXT("net", "The proxy on the way to %1 asks for a login."), {host()}},
                {TIDEMARK_TEXT("net",
                               "Have this address let through without one, or go around the "
                               "proxy: set no_proxy to the host.")});
        case QNetworkReply::ProxyConnectionRefusedError:
        case QNetworkReply::ProxyConnectionClosedError:
        case QNetworkReply::ProxyNotFoundError:
        case QNetworkReply::ProxyTimeoutError: return proxyIsSilent(host(), proxy());
        case QNetworkReply::RemoteHostClosedError: return brokeOff(host(), isTls());
        case QNetworkReply::UnknownNetworkError:
            if (const std::string between = proxy(); !between.empty()) {
                return noWayThrough(host(), between, m_reply.errorString().toStdString());
            }
            [[fallthrough]];
        default:
            return unavailable({TIDEMARK_TEXT("net", "No whole answer from %1: %2."),
                                {host(), m_reply.errorString().toStdString()}});
        }
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
