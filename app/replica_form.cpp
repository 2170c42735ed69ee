#include "app/replica_form.h"

#include "app/text/places.h"
#include "core/storage/s3_providers.h"

#include <QCoreApplication>
#include <QUrl>

#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using storage::StorageAddress;
using storage::StorageKind;
using Control = FieldSpec::Control;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(ReplicaForm)
};

const QString kOther = u"other"_s;
const QString kYes = u"yes"_s;
const QString kNo = u"no"_s;

std::vector<FormChoice> services()
{
    return {{u"aws"_s, u"Amazon S3"_s},
            {u"r2"_s, u"Cloudflare R2"_s},
            {u"b2"_s, u"Backblaze B2"_s},
            {u"digitalocean"_s, u"DigitalOcean Spaces"_s},
            {u"wasabi"_s, u"Wasabi"_s},
            {u"hetzner"_s, u"Hetzner Object Storage"_s},
            {u"scaleway"_s, u"Scaleway"_s},
            {u"google"_s, u"Google Cloud Storage"_s},
            {u"tigris"_s, u"Tigris"_s},
            {u"linode"_s, u"Linode"_s},
            {u"alibaba"_s, u"Alibaba Cloud OSS"_s},
            {u"supabase"_s, u"Supabase"_s},
            {u"minio"_s, u"MinIO"_s},
            {kOther, Words::tr("Another one that speaks S3")}};
}

/// What the form says of the service; of another one path style goes without saying, since a server
/// of one's own rarely has a name for each bucket.
std::optional<storage::S3Place> placeOfService(const FormValues& values, const QString& region)
{
    const QString service = values.text(FormField::Service);
    const std::string name = service == kOther ? "minio" : service.toStdString();
    std::string endpoint = values.text(FormField::S3Endpoint).toStdString();
    if (!endpoint.empty() && endpoint.find("://") == std::string::npos) {
        endpoint = "https://" + endpoint;
    }
    return storage::placeOfProvider(name, endpoint, region.toStdString());
}

bool needsEndpoint(const FormValues& values)
{
    return !placeOfService(
        {.kind = values.kind, .texts = {{FormField::Service, values.text(FormField::Service)}}},
        u"somewhere"_s);
}

bool needsRegion(const FormValues& values)
{
    return !needsEndpoint(values) && !placeOfService(values, {});
}

FieldSpec caFile()
{
    return {.field = FormField::CaFile,
            .control = Control::File,
            .label = Words::tr("Certificate"),
            .hint = Words::tr("Of an authority that this computer does not know"),
            .isMore = true};
}

std::vector<FieldSpec> fieldsOfS3(const FormValues& values)
{
    const bool needsOwn = needsEndpoint(values);
    const bool wantsRegion = needsRegion(values);
    std::vector<FieldSpec> fields{{.field = FormField::Service,
                                   .control = Control::Choice,
                                   .label = Words::tr("Service"),
                                   .choices = services()}};
    const FieldSpec endpoint{
        .field = FormField::S3Endpoint,
        .label = Words::tr("Endpoint"),
        .hint = needsOwn ? u"https://s3.example.com"_s : Words::tr("That of the service"),
        .isRequired = needsOwn,
        .isMore = !needsOwn};
    if (needsOwn) {
        fields.push_back(endpoint);
    }
    fields.push_back(
        {.field = FormField::Bucket, .label = Words::tr("Bucket"), .isRequired = true});
    const auto usual = placeOfService(values, {});
    fields.push_back(
        {.field = FormField::Region,
         .label = Words::tr("Region"),
         .hint = wantsRegion || !usual ? QString() : QString::fromStdString(usual->region),
         .isRequired = wantsRegion});
    fields.push_back({.field = FormField::BucketFolder,
                      .label = Words::tr("Folder in the bucket"),
                      .hint = u"tidemark/shop"_s});
    fields.push_back({.field = FormField::AccessKey,
                      .label = Words::tr("Access key"),
                      .hint = Words::tr("From the environment or ~/.aws")});
    fields.push_back({.field = FormField::SecretKey,
                      .control = Control::Secret,
                      .label = Words::tr("Secret key")});
    if (!needsOwn) {
        fields.push_back(endpoint);
    }
    fields.push_back({.field = FormField::PathStyle,
                      .control = Control::Switch,
                      .label = Words::tr("Path style"),
                      .hint = Words::tr("the bucket stands in the path, not in front of the host"),
                      .isMore = true});
    const QString own = Words::tr("The bucket's own");
    fields.push_back({.field = FormField::StorageClass,
                      .control = Control::Choice,
                      .label = Words::tr("Storage class"),
                      .choices = {{{}, own},
                                  {u"STANDARD"_s, u"STANDARD"_s},
                                  {u"STANDARD_IA"_s, u"STANDARD_IA"_s},
                                  {u"ONEZONE_IA"_s, u"ONEZONE_IA"_s},
                                  {u"INTELLIGENT_TIERING"_s, u"INTELLIGENT_TIERING"_s},
                                  {u"GLACIER_IR"_s, u"GLACIER_IR"_s}},
                      .isMore = true});
    fields.push_back({.field = FormField::Encryption,
                      .control = Control::Choice,
                      .label = Words::tr("Encryption"),
                      .choices = {{{}, own},
                                  {u"AES256"_s, Words::tr("With keys of the service")},
                                  {u"aws:kms"_s, Words::tr("With a key of KMS")},
                                  {u"customer"_s, Words::tr("With a key of your own")}},
                      .isMore = true});
    if (values.text(FormField::Encryption) == u"aws:kms"_s) {
        fields.push_back({.field = FormField::KmsKey,
                          .label = Words::tr("Key of KMS"),
                          .hint = Words::tr("The account's own"),
                          .isMore = true});
    }
    if (values.text(FormField::Encryption) == u"customer"_s) {
        fields.push_back({.field = FormField::CustomerKey,
                          .control = Control::Secret,
                          .label = Words::tr("Your key"),
                          .hint = Words::tr("32 bytes in Base64"),
                          .isRequired = true,
                          .isMore = true});
    }
    fields.push_back(caFile());
    return fields;
}

std::vector<FieldSpec> fieldsOfAzure()
{
    return {{.field = FormField::Account, .label = Words::tr("Account"), .isRequired = true},
            {.field = FormField::Container, .label = Words::tr("Container"), .isRequired = true},
            {.field = FormField::ContainerFolder,
             .label = Words::tr("Folder in the container"),
             .hint = u"tidemark/shop"_s},
            {.field = FormField::AccountKey,
             .control = Control::Secret,
             .label = Words::tr("Account key")},
            {.field = FormField::SasToken,
             .control = Control::Secret,
             .label = Words::tr("or SAS token")},
            {.field = FormField::AzureEndpoint,
             .label = Words::tr("Endpoint"),
             .hint = Words::tr("That of the service"),
             .isMore = true},
            caFile()};
}

std::vector<FieldSpec> fieldsOfSftp()
{
    return {{.field = FormField::Host,
             .label = Words::tr("Server"),
             .hint = u"nas.local"_s,
             .isRequired = true},
            {.field = FormField::Port, .label = Words::tr("Port"), .hint = u"22"_s},
            {.field = FormField::User, .label = Words::tr("User"), .isRequired = true},
            {.field = FormField::ServerFolder,
             .label = Words::tr("Folder"),
             .hint = Words::tr("backups/shop, or /srv/backups/shop"),
             .isRequired = true},
            {.field = FormField::KeyFile,
             .control = Control::File,
             .label = Words::tr("Key file"),
             .hint = Words::tr("Those of ~/.ssh, and the agent's")},
            {.field = FormField::Passphrase,
             .control = Control::Secret,
             .label = Words::tr("Its passphrase")},
            {.field = FormField::Password,
             .control = Control::Secret,
             .label = Words::tr("or password")}};
}

std::vector<FieldSpec> fieldsOfWebDav()
{
    return {
        {.field = FormField::Url,
         .label = Words::tr("Address"),
         .hint = u"https://cloud.example.com/remote.php/dav/files/ada"_s,
         .isRequired = true},
        {.field = FormField::UrlFolder,
         .label = Words::tr("Folder there"),
         .hint = u"tidemark/shop"_s},
        {.field = FormField::User, .label = Words::tr("User")},
        {.field = FormField::Password, .control = Control::Secret, .label = Words::tr("Password")},
        caFile()};
}

QString withoutOuterSlashes(QString path)
{
    while (path.startsWith(u'/')) {
        path.remove(0, 1);
    }
    while (path.endsWith(u'/')) {
        path.chop(1);
    }
    return path;
}

void setOption(StorageAddress& address, const char* key, const QString& value)
{
    if (!value.isEmpty()) {
        address.options[key] = value.toStdString();
    }
}

StorageAddress bucketOf(const FormValues& values)
{
    StorageAddress address{
        .kind = StorageKind::S3,
        .path = withoutOuterSlashes(values.text(FormField::BucketFolder)).toStdString(),
        .host = values.text(FormField::Bucket).toStdString()};
    const QString region = values.text(FormField::Region);
    const bool isAmazon =
        values.text(FormField::Service) == u"aws"_s && values.text(FormField::S3Endpoint).isEmpty();
    const auto place = isAmazon ? std::nullopt : placeOfService(values, region);
    // Amazon's own bucket is where its name leads, and says its region itself.
    setOption(address, "endpoint", place ? QString::fromStdString(place->endpoint) : QString());
    setOption(address, "region", place ? QString::fromStdString(place->region) : region);
    setOption(address, "force-path-style",
              values.text(FormField::PathStyle) == kYes ? u"true"_s : QString());
    setOption(address, "storage-class", values.text(FormField::StorageClass));
    setOption(address, "sse", values.text(FormField::Encryption));
    if (values.text(FormField::Encryption) == u"aws:kms"_s) {
        setOption(address, "sse-kms-key-id", values.text(FormField::KmsKey));
    }
    setOption(address, "ca", values.text(FormField::CaFile));
    return address;
}

StorageAddress containerOf(const FormValues& values)
{
    StorageAddress address{
        .kind = StorageKind::Azure,
        .path = withoutOuterSlashes(values.text(FormField::ContainerFolder)).toStdString(),
        .host = values.text(FormField::Container).toStdString(),
        .user = values.text(FormField::Account).toStdString()};
    setOption(address, "endpoint", values.text(FormField::AzureEndpoint));
    setOption(address, "ca", values.text(FormField::CaFile));
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
    QString key = values.text(FormField::KeyFile);
    if (key.startsWith(u"~/"_s)) {
        key = home + key.sliced(1);
    }
    setOption(address, "key", key);
    return address;
}

Result<StorageAddress> webOf(const FormValues& values)
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
    setOption(address, "ca", values.text(FormField::CaFile));
    return address;
}

Result<StorageAddress> rawAddress(const FormValues& values, const QString& home)
{
    const std::string from = home.toStdString();
    switch (values.kind) {
    case StorageKind::Folder:
        return storage::parseAddress(values.text(FormField::Folder).toStdString(), from, from);
    case StorageKind::S3: return bucketOf(values);
    case StorageKind::Azure: return containerOf(values);
    case StorageKind::Sftp: return serverOf(values, home);
    case StorageKind::WebDav: return webOf(values);
    case StorageKind::Zip: break;
    }
    TIDEMARK_TRY(auto file,
                 storage::parseAddress(values.text(FormField::ZipFile).toStdString(), from, from));
    file.kind = StorageKind::Zip;
    return file;
}

Secret secretOf(const FormValues& values, FormField field)
{
    return Secret(values.text(field).toStdString());
}

}  // namespace

QString FormValues::text(FormField field) const
{
    const auto found = texts.find(field);
    if (found == texts.end()) {
        if (field == FormField::PathStyle) {
            const FormValues usual{.kind = kind,
                                   .texts = {{FormField::Service, text(FormField::Service)},
                                             {FormField::S3Endpoint, u"https://its.own"_s}}};
            const auto place = placeOfService(usual, {});
            return place && place->pathStyle ? kYes : kNo;
        }
        return field == FormField::Service ? u"aws"_s : QString();
    }
    return found->second.trimmed();
}

std::vector<FieldSpec> fieldsOf(const FormValues& values)
{
    switch (values.kind) {
    case StorageKind::Folder:
        return {{.field = FormField::Folder,
                 .control = Control::Folder,
                 .label = Words::tr("Folder"),
                 .hint = Words::tr("~/Tidemark/shop, or an address: s3://…"),
                 .isRequired = true}};
    case StorageKind::S3: return fieldsOfS3(values);
    case StorageKind::Azure: return fieldsOfAzure();
    case StorageKind::Sftp: return fieldsOfSftp();
    case StorageKind::WebDav: return fieldsOfWebDav();
    case StorageKind::Zip: break;
    }
    return {{.field = FormField::ZipFile,
             .control = Control::File,
             .label = Words::tr("Zip file"),
             .hint = u"~/Downloads/shop.zip"_s,
             .isRequired = true}};
}

QStringList missingIn(const FormValues& values)
{
    QStringList missing;
    for (const FieldSpec& each : fieldsOf(values)) {
        if (each.isRequired && values.text(each.field).isEmpty()) {
            missing << each.label;
        }
    }
    return missing;
}

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

storage::Secrets secretsOf(const FormValues& values)
{
    storage::Secrets secrets;
    if (values.kind == StorageKind::S3) {
        secrets.accessKeyId = secretOf(values, FormField::AccessKey);
        secrets.secretAccessKey = secretOf(values, FormField::SecretKey);
        if (values.text(FormField::Encryption) == u"customer"_s) {
            secrets.customerKey = secretOf(values, FormField::CustomerKey);
        }
    } else if (values.kind == StorageKind::Azure) {
        QString token = values.text(FormField::SasToken);
        token.remove(0, token.startsWith(u'?') ? 1 : 0);
        secrets.accountKey = secretOf(values, FormField::AccountKey);
        secrets.sasToken = Secret(token.toStdString());
    } else if (values.kind == StorageKind::Sftp) {
        secrets.passphrase = secretOf(values, FormField::Passphrase);
        secrets.password = secretOf(values, FormField::Password);
    } else if (values.kind == StorageKind::WebDav) {
        secrets.password = secretOf(values, FormField::Password);
    }
    return secrets;
}

bool needsSecrets(StorageKind kind)
{
    return kind != StorageKind::Folder && kind != StorageKind::Zip;
}

QString kindName(StorageKind kind)
{
    switch (kind) {
    case StorageKind::Folder: return Words::tr("Folder");
    case StorageKind::S3: return u"S3"_s;
    case StorageKind::Azure: return u"Azure"_s;
    case StorageKind::Sftp: return u"SFTP"_s;
    case StorageKind::WebDav: return u"WebDAV"_s;
    case StorageKind::Zip: return Words::tr("Zip");
    }
    Q_UNREACHABLE();
}

}  // namespace tidemark::app
