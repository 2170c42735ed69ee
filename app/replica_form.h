#pragma once

#include "core/base/result.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <map>
#include <vector>

namespace tidemark::app {

/// What a form asks for to know a place: its fields, and the address and the secrets that come of
/// what was written into them. Pure.

enum class FormField {
    Folder,  ///< Takes an address of any kind as well.
    Service,
    Bucket,
    Region,
    BucketFolder,
    AccessKey,
    SecretKey,
    S3Endpoint,
    PathStyle,
    StorageClass,
    Encryption,
    KmsKey,
    CustomerKey,
    Account,
    Container,
    ContainerFolder,
    AccountKey,
    SasToken,
    AzureEndpoint,
    Host,
    Port,
    User,
    ServerFolder,
    KeyFile,
    Passphrase,
    Password,
    Url,
    UrlFolder,
    CaFile,
    ZipFile,
    UploadEvery,
};

struct FormValues {
    storage::StorageKind kind = storage::StorageKind::Folder;
    std::map<FormField, QString> texts = {};  ///< What was not written into is not there.
    bool isForUpload = false;                 ///< A replica is to be written there.

    [[nodiscard]] QString text(FormField field) const;

    bool operator==(const FormValues&) const = default;
};

struct FormChoice {
    QString value = {};
    QString label = {};

    bool operator==(const FormChoice&) const = default;
};

/// How one field is asked for.
struct FieldSpec {
    enum class Control { Text, Secret, Choice, Switch, Folder, File };

    FormField field = FormField::Folder;
    Control control = Control::Text;
    QString label = {};
    QString hint = {};  ///< Shown while it is empty.
    std::vector<FormChoice> choices = {};
    bool isRequired = false;
    bool isMore = false;  ///< Rarely needed.

    bool operator==(const FieldSpec&) const = default;
};

/// The fields of `values.kind`, in their order; some depend on what others say.
[[nodiscard]] std::vector<FieldSpec> fieldsOf(const FormValues& values);

/// Labels of what is required and still empty.
[[nodiscard]] QStringList missingIn(const FormValues& values);

/// Paths start at `home` where they say so. Usage as storage::parseAddress, and for what is
/// missing.
[[nodiscard]] Result<storage::StorageAddress> addressOf(const FormValues& values,
                                                        const QString& home);

/// How often is uploaded at most; 0: at once.
[[nodiscard]] std::chrono::milliseconds syncIntervalOf(const FormValues& values);

/// What was written into the fields of its kind that no address may hold.
[[nodiscard]] storage::Secrets secretsOf(const FormValues& values);

/// Whether replicas of that kind have secrets as a rule.
[[nodiscard]] bool needsSecrets(storage::StorageKind kind);

/// "S3"; in the person's language where it is a word.
[[nodiscard]] QString kindName(storage::StorageKind kind);

}  // namespace tidemark::app
