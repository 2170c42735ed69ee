#include "core/net/qt_failure.h"

#include "core/net/no_answer.h"

#include <QNetworkProxy>
#include <QUrl>

namespace tidemark::net {
namespace {

/// "proxy.example:3128"; empty where none is on the way.
std::string proxyOf(const QNetworkReply& reply)
{
    const auto proxies = QNetworkProxyFactory::systemProxyForQuery(QNetworkProxyQuery(reply.url()));
    return proxies.isEmpty() || proxies.constFirst().type() == QNetworkProxy::NoProxy
               ? std::string()
               : proxies.constFirst().hostName().toStdString() + ":" +
                     std::to_string(proxies.constFirst().port());
}

/// Of the proxy itself, though Qt does not say so: it alone looks for the host behind it.
bool isOfProxy(const QNetworkReply& reply)
{
    return (reply.error() == QNetworkReply::HostNotFoundError ||
            reply.error() == QNetworkReply::ConnectionRefusedError) &&
           !proxyOf(reply).empty();
}

}  // namespace

std::string hostOf(const QNetworkReply& reply)
{
    const QUrl url = reply.url();
    const std::string name = url.host().toStdString();
    return url.port() < 0 ? name : name + ":" + std::to_string(url.port());
}

bool isTls(const QNetworkReply& reply)
{
    return reply.url().scheme() == "https";
}

Error whyBroken(const QNetworkReply& reply, const QSslError& fault)
{
    const std::string host = hostOf(reply);
    if (isOfProxy(reply)) {
        return proxyIsSilent(host, proxyOf(reply));
    }
    switch (reply.error()) {
    case QNetworkReply::HostNotFoundError: return noSuchHost(host);
    case QNetworkReply::ConnectionRefusedError:
        return unavailable({TIDEMARK_TEXT("net", "Nothing answers at %1."), {host}},
                           {TIDEMARK_TEXT("net", "Check the port, and whether the server runs.")});
    case QNetworkReply::SslHandshakeFailedError:
        if (fault.error() == QSslError::NoError) {
            return speaksOtherTls(host, reply.errorString().toStdString());
        }
        return cannotProve(host, fault.errorString().toStdString(),
                           fault.error() == QSslError::HostNameMismatch);
    case QNetworkReply::ProxyAuthenticationRequiredError:
        return unavailable(
            {TIDEMARK_TEXT("net", "The proxy on the way to %1 asks for a login."), {host}},
            {TIDEMARK_TEXT("net",
                           "Have this address let through without one, or go around the "
                           "proxy: set no_proxy to the host.")});
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError: return proxyIsSilent(host, proxyOf(reply));
    case QNetworkReply::RemoteHostClosedError: return brokeOff(host, isTls(reply));
    case QNetworkReply::UnknownNetworkError:
        if (const std::string between = proxyOf(reply); !between.empty()) {
            return noWayThrough(host, between, reply.errorString().toStdString());
        }
        [[fallthrough]];
    default:
        return unavailable({TIDEMARK_TEXT("net", "No whole answer from %1: %2."),
                            {host, reply.errorString().toStdString()}});
    }
}

}  // namespace tidemark::net
