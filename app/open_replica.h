#pragma once

#include "app/desktop/desktop_port.h"
#include "app/engine_port.h"
#include "app/place_form.h"
#include "app/secrets_port.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>
#include <optional>

namespace tidemark::app {

/// Points at a place that Tidemark or Litestream wrote to, says what is in it, opens it. Nothing is
/// written there. Lives on the GUI thread.
class OpenReplica : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    /// Where it lies, unless a folder was picked or dropped.
    Q_PROPERTY(tidemark::app::PlaceForm* form READ form CONSTANT FINAL)
    Q_PROPERTY(bool canRead READ canRead NOTIFY changed FINAL)
    /// "~/Tidemark/notes", "s3://backups/notes"
    Q_PROPERTY(QString place READ place NOTIFY changed FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    /// "Recognised: Litestream 0.3"
    Q_PROPERTY(QString recognised READ recognised NOTIFY changed FINAL)
    /// "notes, 30 days"
    Q_PROPERTY(QString headline READ headline NOTIFY changed FINAL)
    /// "Last written 41 s ago."
    Q_PROPERTY(QString lastWritten READ lastWritten NOTIFY changed FINAL)
    Q_PROPERTY(QString momentCount READ momentCount NOTIFY changed FINAL)
    Q_PROPERTY(QString span READ span NOTIFY changed FINAL)
    /// "3.2 GB in 5,112 files"; empty where the listing does not tell.
    Q_PROPERTY(QString size READ size NOTIFY changed FINAL)
    Q_PROPERTY(QString gaps READ gaps NOTIFY changed FINAL)
    /// What it is called in the sidebar.
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)

public:
    enum class Stage { Choosing, Reading, Ready };
    Q_ENUM(Stage)

    OpenReplica(EnginePort& engine, DesktopPort& desktop, SecretsPort& secrets, const Voice& voice,
                QString home, QObject* parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] PlaceForm* form() { return &m_form; }
    [[nodiscard]] bool canRead() const;
    [[nodiscard]] QString place() const;
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString advice() const { return m_advice; }
    [[nodiscard]] QString recognised() const;
    [[nodiscard]] QString headline() const;
    [[nodiscard]] QString lastWritten() const;
    [[nodiscard]] QString momentCount() const;
    [[nodiscard]] QString span() const;
    [[nodiscard]] QString size() const;
    [[nodiscard]] QString gaps() const;
    [[nodiscard]] QString name() const { return m_name; }
    void setName(const QString& name);

    Q_INVOKABLE void begin();
    /// What was written, and is not being put into the sidebar, is forgotten.
    Q_INVOKABLE void leave();
    Q_INVOKABLE void pickFolder();
    /// A folder, or a zip file.
    Q_INVOKABLE void choose(const QString& path);
    /// What the form says.
    Q_INVOKABLE void read();
    /// Stops reading.
    Q_INVOKABLE void stop();
    /// Puts it into the sidebar.
    Q_INVOKABLE void accept();

signals:
    void changed();
    void nameChanged();
    void accepted(const QString& name, const tidemark::storage::StorageAddress& address);

private:
    void onCatalog(const Result<EnginePort::CatalogPointer>& answer);
    void forget();
    void onKept(const Status& status);
    void open(const storage::StorageAddress& address);
    void refuse(const QString& problem, const QString& advice);
    [[nodiscard]] bool ready() const { return m_stage == Stage::Ready; }

    EnginePort& m_engine;
    DesktopPort& m_desktop;
    SecretsPort& m_secrets;
    const Voice& m_voice;
    QString m_home;
    PlaceForm m_form;

    Stage m_stage = Stage::Choosing;
    std::optional<storage::StorageAddress> m_address;
    bool m_accepting = false;
    int m_keeping = 0;  // Counts what was asked to be kept: late answers are dropped.
    QString m_name;
    QString m_problem;
    QString m_advice;
    EnginePort::CatalogPointer m_catalog;
    std::unique_ptr<Pending> m_reading;
};

}  // namespace tidemark::app
