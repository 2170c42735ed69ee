#include "core/net/qt_request.h"

#include <QSslConfiguration>
#include <QUrl>

namespace tidemark::net {
namespace {

/// Qt takes an address apart and puts it together again, not always from the same letters.
bool staysAsItIs(const QUrl& url, const std::string& text)
{
    const auto path = text.find('/', text.find("://") + 3);
    const auto sent =
        url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::NormalizePathSegments);
    return path != std::string::npos && !url.hasFragment() &&
           sent.toStdString() == text.substr(path);
}

}  // namespace

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

}  // namespace tidemark::net
