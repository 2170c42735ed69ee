#pragma once

#include "app/desktop/desktop_port.h"
#include "app/form_field_model.h"
#include "app/replica_form.h"
#include "app/secrets_port.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>

namespace tidemark::app {

/// The form that says where a replica lies and what opens it, whatever kind of place it is. What is
/// written for one kind stays while another one is looked at. Lives on the GUI thread.
class PlaceForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by AddReplica and OpenReplica")
    Q_PROPERTY(Kind kind READ kind WRITE setKind NOTIFY changed FINAL)
    /// What the kinds are called, in their order.
    Q_PROPERTY(QStringList kindLabels READ kindLabels CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::FormFieldModel* fields READ fields CONSTANT FINAL)
    /// What is rarely needed.
    Q_PROPERTY(tidemark::app::FormFieldModel* more READ more CONSTANT FINAL)
    Q_PROPERTY(bool hasMore READ hasMore NOTIFY changed FINAL)
    /// "Endpoint, storage class, encryption"
    Q_PROPERTY(QString moreWords READ moreWords NOTIFY changed FINAL)
    Q_PROPERTY(bool hasSecrets READ hasSecrets NOTIFY changed FINAL)
    Q_PROPERTY(bool complete READ complete NOTIFY changed FINAL)
    /// Why secrets cannot be kept here, and what helps; empty when they can, or before it is known.
    Q_PROPERTY(QString keyringProblem READ keyringProblem NOTIFY changed FINAL)
    Q_PROPERTY(QString keyringAdvice READ keyringAdvice NOTIFY changed FINAL)

public:
    /// In the order of the page.
    enum class Kind { Folder, S3, Azure, Sftp, WebDav, Zip };
    Q_ENUM(Kind)

    [[nodiscard]] static Kind kindOf(storage::StorageKind kind);

    enum class Purpose { Open, Add };  ///< A replica that is there, or one that is to be written.

    /// All outlive the form.
    PlaceForm(Purpose purpose, DesktopPort& desktop, SecretsPort& secrets, QString home,
              QObject* parent = nullptr);

    [[nodiscard]] Kind kind() const;
    [[nodiscard]] QStringList kindLabels() const;
    [[nodiscard]] FormFieldModel* fields() { return &m_fields; }
    [[nodiscard]] FormFieldModel* more() { return &m_more; }
    [[nodiscard]] bool hasMore() const { return m_more.rowCount() > 0; }
    [[nodiscard]] QString moreWords() const;
    [[nodiscard]] bool hasSecrets() const { return needsSecrets(m_values.kind); }
    [[nodiscard]] bool complete() const { return missingIn(m_values).isEmpty(); }
    [[nodiscard]] QString keyringProblem() const { return m_keyringProblem; }
    [[nodiscard]] QString keyringAdvice() const { return m_keyringAdvice; }
    [[nodiscard]] const FormValues& values() const { return m_values; }

    void setKind(Kind kind);

    /// Everything empty, secrets above all.
    void clear();

    /// `field` is what the model gave.
    Q_INVOKABLE void write(int field, const QString& text);
    /// One of its choices.
    Q_INVOKABLE void choose(int field, int choice);
    Q_INVOKABLE void turn(int field, bool on);
    /// A dialog for the folder or the file.
    Q_INVOKABLE void pick(int field);

signals:
    /// Also how it is shown.
    void changed();
    /// It says something else than before.
    void edited();

private:
    void show();
    void lookForKeyring();
    void tellKeyring(const Status& status);
    [[nodiscard]] std::vector<FormFieldModel::Row> rows(bool isMore) const;
    [[nodiscard]] FieldSpec specOf(int field) const;
    [[nodiscard]] QString rawText(FormField field) const;

    DesktopPort& m_desktop;
    SecretsPort& m_secrets;
    QString m_home;
    FormValues m_values;
    FormFieldModel m_fields;
    FormFieldModel m_more;
    QString m_keyringProblem;
    QString m_keyringAdvice;
};

/// What is opened at `address` is opened with the secrets of the form; where it has none, with
/// those that the keychain may have.
void trySecretsOf(const FormValues& values, const storage::StorageAddress& address,
                  SecretsPort& secrets);

}  // namespace tidemark::app
