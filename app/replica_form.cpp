#include "app/replica_form.h"

#include "app/form_parts.h"
#include "app/s3_form.h"

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using storage::StorageAddress;
using storage::StorageKind;
using Control = FieldSpec::Control;

std::vector<FieldSpec> fieldsOfAzure()
{
    return {
        {.field = FormField::Account, .label = FormWords::tr("Account"), .isRequired = true},
        {.field = FormField::Container, .label = FormWords::tr("Container"), .isRequired = true},
        {.field = FormField::ContainerFolder,
         .label = FormWords::tr("Folder in the container"),
         .hint = u"tidemark/shop"_s},
        {.field = FormField::AccountKey,
         .control = Control::Secret,
         .label = FormWords::tr("Account key")},
        {.field = FormField::SasToken,
         .control = Control::Secret,
         .label = FormWords::tr("or SAS token")},
        {.field = FormField::AzureEndpoint,
         .label = FormWords::tr("Endpoint"),
         .hint = FormWords::tr("That of the service"),
         .isMore = true},
        certificateField()};
}

std::vector<FieldSpec> fieldsOfSftp()
{
    return {{.field = FormField::Host,
             .label = FormWords::tr("Server"),
             .hint = u"nas.local"_s,
             .isRequired = true},
            {.field = FormField::Port, .label = FormWords::tr("Port"), .hint = u"22"_s},
            {.field = FormField::User, .label = FormWords::tr("User"), .isRequired = true},
            {.field = FormField::ServerFolder,
             .label = FormWords::tr("Folder"),
             .hint = FormWords::tr("backups/shop, or /srv/backups/shop"),
             .isRequired = true},
            {.field = FormField::KeyFile,
             .control = Control::File,
             .label = FormWords::tr("Key file"),
             .hint = FormWords::tr("Those of ~/.ssh, and the agent's")},
            {.field = FormField::Passphrase,
             .control = Control::Secret,
             .label = FormWords::tr("Its passphrase")},
            {.field = FormField::Password,
             .control = Control::Secret,
             .label = FormWords::tr("or password")}};
}

std::vector<FieldSpec> fieldsOfWebDav()
{
    return {{.field = FormField::Url,
             .label = FormWords::tr("Address"),
             .hint = u"https://cloud.example.com/remote.php/dav/files/ada"_s,
             .isRequired = true},
            {.field = FormField::UrlFolder,
             .label = FormWords::tr("Folder there"),
             .hint = u"tidemark/shop"_s},
            {.field = FormField::User, .label = FormWords::tr("User")},
            {.field = FormField::Password,
             .control = Control::Secret,
             .label = FormWords::tr("Password")},
            certificateField()};
}

std::vector<FieldSpec> placeFieldsOf(const FormValues& values)
{
    switch (values.kind) {
    case StorageKind::Folder:
        return {{.field = FormField::Folder,
                 .control = Control::Folder,
                 .label = FormWords::tr("Folder"),
                 .hint = FormWords::tr("~/Tidemark/shop, or an address: s3://…"),
                 .isRequired = true}};
    case StorageKind::S3: return fieldsOfS3(values);
    case StorageKind::Azure: return fieldsOfAzure();
    case StorageKind::Sftp: return fieldsOfSftp();
    case StorageKind::WebDav: return fieldsOfWebDav();
    case StorageKind::Zip: break;
    }
    return {{.field = FormField::ZipFile,
             .control = Control::File,
             .label = FormWords::tr("Zip file"),
             .hint = u"~/Downloads/shop.zip"_s,
             .isRequired = true}};
}

/// In seconds, with the price: what waits is on this computer alone.
FieldSpec uploadField()
{
    return {.field = FormField::UploadEvery,
            .control = Control::Choice,
            .label = FormWords::tr("Upload"),
            .choices = {{{}, FormWords::tr("At once")},
                        {u"10"_s, FormWords::tr("Every 10 seconds; up to 10 seconds at risk")},
                        {u"60"_s, FormWords::tr("Every minute; up to a minute at risk")},
                        {u"600"_s, FormWords::tr("Every 10 minutes; up to 10 minutes at risk")}},
            .isMore = true};
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
            return hasUsualPathStyle(*this) ? kYes : kNo;
        }
        return field == FormField::Service ? u"aws"_s : QString();
    }
    // People's own words may begin with a blank; keys are pasted with one.
    const bool isAsTyped = field == FormField::Password || field == FormField::Passphrase;
    return isAsTyped ? found->second : found->second.trimmed();
}

std::vector<FieldSpec> fieldsOf(const FormValues& values)
{
    std::vector<FieldSpec> fields = placeFieldsOf(values);
    if (values.isForUpload && needsSecrets(values.kind)) {
        fields.push_back(uploadField());
    }
    return fields;
}

std::chrono::milliseconds syncIntervalOf(const FormValues& values)
{
    const bool isAsked = values.isForUpload && needsSecrets(values.kind);
    return std::chrono::seconds(isAsked ? values.text(FormField::UploadEvery).toInt() : 0);
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
    case StorageKind::Folder: return FormWords::tr("Folder");
    case StorageKind::S3: return u"S3"_s;
    case StorageKind::Azure: return u"Azure"_s;
    case StorageKind::Sftp: return u"SFTP"_s;
    case StorageKind::WebDav: return u"WebDAV"_s;
    case StorageKind::Zip: return FormWords::tr("Zip");
    }
    Q_UNREACHABLE();
}

}  // namespace tidemark::app
