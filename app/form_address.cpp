// The address that comes of what was written into a form.

#include "app/form_parts.h"
#include "app/replica_form.h"
#include "app/s3_form.h"
#include "app/text/places.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using storage::StorageAddress;
using storage::StorageKind;

StorageAddress containerOf(const FormValues& values, const QString& home)
{
    StorageAddress address{
        .kind = StorageKind::Azure,
        .path = withoutOuterSlashes(values.text(FormField::ContainerFolder)).toStdString(),
        .host = values.text(FormField::Container).toStdString(),
        .user = values.text(FormField::Account).toStdString()};
    setOption(address, "endpoint", values.text(FormField::AzureEndpoint));
    setCertificate(address, values, home);
    return address;
}

Error notAPort(const QString& text)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("form", "\"%1\" is no port."), {text.toStdString()}},
            .next = {TIDEMARK_TEXT("form", "Write a number from 1 to 65535, or nothing.")}};
}

Error notAWebAddress()
{
    // Not repeated: it may carry a password.
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("form", "This is no address of a WebDAV server.")},
            .next = {TIDEMARK_TEXT("form",
                                   "Write it as your browser shows it: https://HOST/PATH, without "
                                   "user and password.")}};
}

Result<StorageAddress> serverOf(const FormValues& values, const QString& home)
{
    const QString port = values.text(FormField::Port);
    bool isNumber = true;
    const ushort number = port.isEmpty() ? ushort(0) : port.toUShort(&isNumber);
    if (!isNumber || (!port.isEmpty() && number == 0)) {
        return notAPort(port);
    }
    QString folder = values.text(FormField::ServerFolder);
    if (folder.startsWith(u"~/"_s)) {
        folder.remove(0, 2);  // It begins there anyway.
    }
    StorageAddress address{.kind = StorageKind::Sftp,
                           .path = folder.toStdString(),
                           .host = values.text(FormField::Host).toStdString(),
                           .user = values.text(FormField::User).toStdString(),
                           .port = number};
    setOption(address, "key", fromHome(values.text(FormField::KeyFile), home));
    return address;
}

Result<StorageAddress> webOf(const FormValues& values, const QString& home)
{
    QString text = values.text(FormField::Url);
    if (!text.contains(u"://"_s)) {
        text.prepend(u"https://"_s);
    }
    if (text.startsWith(u"webdav"_s)) {
        text.replace(0, u"webdav"_s.size(), u"http"_s);  // And webdavs is https.
    }
    const QUrl url(text);
    const bool isWeb = url.scheme() == u"https"_s || url.scheme() == u"http"_s;
    if (!url.isValid() || !isWeb || url.host().isEmpty() || !url.password().isEmpty()) {
        return notAWebAddress();
    }
    const QString user = values.text(FormField::User);
    const QString more = withoutOuterSlashes(values.text(FormField::UrlFolder));
    const QString path = withoutOuterSlashes(url.path(QUrl::FullyDecoded));
    const QString whole = path.isEmpty() || more.isEmpty() ? path + more : path + u'/' + more;
    StorageAddress address{.kind = StorageKind::WebDav,
                           .path = whole.isEmpty() ? "" : "/" + whole.toStdString(),
                           .host = url.host().toStdString(),
                           .user = (user.isEmpty() ? url.userName() : user).toStdString(),
                           .port = static_cast<std::uint16_t>(url.port(0)),
                           .secure = url.scheme() == u"https"_s};
    setCertificate(address, values, home);
    return address;
}

Result<StorageAddress> rawAddress(const FormValues& values, const QString& home)
{
    const std::string from = home.toStdString();
    switch (values.kind) {
    case StorageKind::Folder:
        return storage::parseAddress(values.text(FormField::Folder).toStdString(), from, from);
    case StorageKind::S3: return bucketOf(values, home);
    case StorageKind::Azure: return containerOf(values, home);
    case StorageKind::Sftp: return serverOf(values, home);
    case StorageKind::WebDav: return webOf(values, home);
    case StorageKind::Zip: break;
    }
    TIDEMARK_TRY(auto file,
                 storage::parseAddress(values.text(FormField::ZipFile).toStdString(), from, from));
    file.kind = StorageKind::Zip;
    return file;
}

}  // namespace

Result<StorageAddress> addressOf(const FormValues& values, const QString& home)
{
    if (const QStringList missing = missingIn(values); !missing.isEmpty()) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("form", "%1: nothing is written there yet."),
                              {missing.front().toStdString()}}};
    }
    TIDEMARK_TRY(const auto address, rawAddress(values, home));
    // Read as everybody will read it later: what does not fit is found now.
    const std::string from = home.toStdString();
    return storage::parseAddress(storage::formatAddress(address), from, from);
}

}  // namespace tidemark::app
