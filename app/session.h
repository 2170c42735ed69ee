#pragma once

#include "app/add_database.h"
#include "app/add_replica.h"
#include "app/database_list_model.h"
#include "app/desktop/look.h"
#include "app/followed_databases.h"
#include "app/histories.h"
#include "app/open_replica.h"
#include "app/overview.h"
#include "app/replica_secrets.h"
#include "app/secrets_port.h"
#include "app/settings_object.h"
#include "app/trust_questions.h"
#include "app/worst_first_model.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>
#include <QTimer>
#include <QUrl>

#include <memory>

namespace tidemark::app {

/// The one object that Main.qml is given: everything that the window can show or ask for, wired
/// together. The engine tells it what happens through EngineListener; so does a test. Lives on the
/// GUI thread.
class Session : public QObject, public EngineListener {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made where the program is wired")
    Q_PROPERTY(tidemark::app::DatabaseListModel* databases READ databases CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::WorstFirstModel* worstFirst READ worstFirst CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::ReplicaListModel* replicas READ replicas CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::SettingsObject* settings READ settings CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::AddDatabase* adding READ adding CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::AddReplica* addingReplica READ addingReplica CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::OpenReplica* opening READ opening CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::TrustQuestions* person READ person CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::Look* look READ look CONSTANT FINAL)

    Q_PROPERTY(tidemark::app::Protection::State worst READ worst NOTIFY overviewChanged FINAL)
    Q_PROPERTY(QString sentence READ sentence NOTIFY overviewChanged FINAL)
    Q_PROPERTY(QString detail READ detail NOTIFY overviewChanged FINAL)

    /// Whether closing the window leaves a tray icon.
    Q_PROPERTY(bool hasTray READ hasTray NOTIFY hasTrayChanged FINAL)
    /// Whether a restore runs that would be called off with the program.
    Q_PROPERTY(bool restoring READ restoring NOTIFY restoringChanged FINAL)
    /// Whether the program is about to end: a window then closes without asking.
    Q_PROPERTY(bool quitting READ quitting NOTIFY quittingChanged FINAL)
    /// Whether anybody looks: ages tick only then.
    Q_PROPERTY(bool watched READ watched WRITE setWatched NOTIFY watchedChanged FINAL)
    /// The name of the database whose protection was just ended, while that can be undone.
    Q_PROPERTY(QString undoable READ undoable NOTIFY undoableChanged FINAL)
    Q_PROPERTY(QString version READ version CONSTANT FINAL)

public:
    /// All outlive the session.
    struct Parts {
        EnginePort& engine;
        DesktopPort& desktop;
        SettingsStore& store;
        const Clock& clock;
        Look& look;
        SecretsPort& secrets;
        TrustQuestions& person;
        QString home = {};
        QString downloads = {};
    };

    Session(const Parts& parts, config::Settings settings);
    ~Session() override;

    [[nodiscard]] DatabaseListModel* databases() { return &m_databases; }
    [[nodiscard]] WorstFirstModel* worstFirst() { return &m_worstFirst; }
    [[nodiscard]] ReplicaListModel* replicas() { return &m_histories.replicas(); }
    [[nodiscard]] SettingsObject* settings() { return &m_settings; }
    [[nodiscard]] AddDatabase* adding() { return &m_adding; }
    [[nodiscard]] AddReplica* addingReplica() { return &m_addingReplica; }
    [[nodiscard]] OpenReplica* opening() { return &m_opening; }
    [[nodiscard]] TrustQuestions* person() { return &m_parts.person; }
    [[nodiscard]] Look* look() { return &m_parts.look; }
    [[nodiscard]] Protection::State worst() const { return m_overview.worst; }
    [[nodiscard]] QString sentence() const { return m_overview.sentence; }
    [[nodiscard]] QString detail() const { return m_overview.detail; }
    [[nodiscard]] bool hasTray() const { return m_hasTray; }
    [[nodiscard]] bool restoring() const { return m_histories.restoring(); }
    [[nodiscard]] bool quitting() const { return m_quitting; }
    [[nodiscard]] bool watched() const { return m_ticking.isActive(); }
    [[nodiscard]] QString undoable() const { return m_followed.undoable(); }
    [[nodiscard]] QString version() const;

    void setHasTray(bool hasTray);
    void setWatched(bool watched);

    /// Follows every database of the settings and lists the replicas that were open.
    void start();

    /// The moments of a followed database; null for an unknown one. The session keeps it.
    Q_INVOKABLE tidemark::app::History* historyOf(const QString& databaseId);

    /// Begins to ask for one more replica of a followed database; false for one that is not.
    Q_INVOKABLE bool beginReplica(const QString& databaseId);

    Q_INVOKABLE void pause(const QString& databaseId);
    Q_INVOKABLE void resume(const QString& databaseId);
    Q_INVOKABLE void retry(const QString& databaseId);
    Q_INVOKABLE void snapshotNow(const QString& databaseId);
    /// Ends its protection; its replicas stay. Can be undone for a while.
    Q_INVOKABLE void stopProtecting(const QString& databaseId);
    Q_INVOKABLE void undo();
    /// Takes a replica out of the sidebar; nothing of it is touched.
    Q_INVOKABLE void closeReplica(int row);

    /// Something was dropped on the window, or named by a second start: a database is added, a
    /// folder opened as a replica, and of a database that is followed the page is shown. A signal
    /// tells which page.
    Q_INVOKABLE void take(const QUrl& url);
    /// True once, then never again: whether `hint` is still to be said.
    Q_INVOKABLE bool sayOnce(const QString& hint);
    Q_INVOKABLE void rememberWindow(const QRect& geometry, bool maximized);

    /// A person wants to end the program; the window asks once more when databases would be left
    /// alone or a restore called off.
    Q_INVOKABLE void askToQuit();
    Q_INVOKABLE void quit();
    /// The program ends, whoever wants it: a person, the end of the desktop's session, a signal.
    void beginQuitting();

    void statusChanged(const service::DatabaseStatus& status) override;
    void happened(const service::Event& event) override;
    void removed(const service::DatabaseId& id) override;
    void eventsMissed() override;

signals:
    void overviewChanged();
    void hasTrayChanged();
    void restoringChanged();
    void quittingChanged();
    void watchedChanged();
    void undoableChanged();
    void showAddDatabase();
    void showOpenReplica();
    void showReplica(int row);
    void showDatabase(int row);
    /// A replica was added to that database.
    void showReplicas(const QString& databaseId);
    void quitAsked();
    void quitConfirmed();

private:
    void connectParts();
    void applyLook();
    void tick();
    void refreshOverview();
    void tellKnown();
    void addReplica(const service::ReplicaConfig& replica);

    Parts m_parts;
    Voice m_voice;
    SettingsObject m_settings;
    DatabaseListModel m_databases;
    WorstFirstModel m_worstFirst;
    FollowedDatabases m_followed;
    Histories m_histories;
    ReplicaSecrets m_replicaSecrets;
    AddDatabase m_adding;
    AddReplica m_addingReplica;
    OpenReplica m_opening;
    Overview m_overview;
    std::unique_ptr<Pending> m_taking;
    QTimer m_ticking;
    bool m_hasTray = false;
    bool m_quitting = false;
};

}  // namespace tidemark::app
