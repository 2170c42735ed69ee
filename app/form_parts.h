#pragma once

#include "app/replica_form.h"

#include <QCoreApplication>

namespace tidemark::app {

/// What the forms of several kinds of places have in common.

struct FormWords {
    Q_DECLARE_TR_FUNCTIONS(ReplicaForm)
};

/// What a switch says.
inline const QString kYes = QStringLiteral("yes");
inline const QString kNo = QStringLiteral("no");

/// Of an authority that signs the server's certificate.
[[nodiscard]] FieldSpec certificateField();

/// An empty value sets nothing.
void setOption(storage::StorageAddress& address, const char* key, const QString& value);
void setCertificate(storage::StorageAddress& address, const FormValues& values,
                    const QString& home);

[[nodiscard]] QString withoutOuterSlashes(QString path);

}  // namespace tidemark::app
