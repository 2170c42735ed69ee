#pragma once

#include "app/replica_status_model.h"
#include "app/status_words.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

namespace tidemark::app {

/// One followed database as the window shows it. Lives on the GUI thread.
class Database : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by DatabaseListModel")
    Q_PROPERTY(QString databaseId READ databaseId CONSTANT FINAL)
    Q_PROPERTY(QString name READ name NOTIFY changed FINAL)
    /// The folder it lies in, "~/dev/notes".
    Q_PROPERTY(QString folder READ folder NOTIFY changed FINAL)
    /// "48.2 MB"; empty until it was looked at.
    Q_PROPERTY(QString size READ size NOTIFY changed FINAL)
    Q_PROPERTY(tidemark::app::Protection::State protection READ protection NOTIFY changed FINAL)
    Q_PROPERTY(QString word READ word NOTIFY changed FINAL)
    /// Behind the word: "last change 4 s ago".
    Q_PROPERTY(QString detail READ detail NOTIFY changed FINAL)
    /// In the sidebar: "4 s".
    Q_PROPERTY(QString age READ age NOTIFY changed FINAL)
    /// Why it is not protected, and what happens or helps; empty in good states.
    Q_PROPERTY(QString reason READ reason NOTIFY changed FINAL)
    Q_PROPERTY(QString next READ next NOTIFY changed FINAL)
    /// "Proven 2 h ago"
    Q_PROPERTY(QString proof READ proof NOTIFY changed FINAL)
    /// The same within a line: "proven 2 h ago"
    Q_PROPERTY(QString proofWithin READ proofWithin NOTIFY changed FINAL)
    /// Of the last whole copy in a replica: "The last one: 2 h ago."
    Q_PROPERTY(QString snapshot READ snapshot NOTIFY changed FINAL)
    Q_PROPERTY(bool canSnapshot READ canSnapshot NOTIFY changed FINAL)
    Q_PROPERTY(bool paused READ paused NOTIFY changed FINAL)
    Q_PROPERTY(bool canRetry READ canRetry NOTIFY changed FINAL)
    Q_PROPERTY(tidemark::app::ReplicaStatusModel* replicas READ replicas CONSTANT FINAL)

public:
    /// `voice` outlives the object. `home` is the person's folder.
    Database(service::DatabaseStatus status, const Voice& voice, QString home,
             QObject* parent = nullptr);

    [[nodiscard]] QString databaseId() const { return QString::fromStdString(m_status.id); }
    [[nodiscard]] QString name() const { return m_name; }
    [[nodiscard]] QString path() const { return QString::fromStdString(m_status.path); }
    [[nodiscard]] QString folder() const { return m_folder; }
    [[nodiscard]] QString size() const { return m_size; }
    [[nodiscard]] Protection::State protection() const { return m_words.state; }
    [[nodiscard]] QString word() const { return m_words.word; }
    [[nodiscard]] QString detail() const { return m_words.detail; }
    [[nodiscard]] QString age() const { return m_words.age; }
    [[nodiscard]] QString reason() const { return m_words.reason; }
    [[nodiscard]] QString next() const { return m_words.next; }
    [[nodiscard]] QString proof() const { return m_proof; }
    [[nodiscard]] QString proofWithin() const { return m_proofWithin; }
    [[nodiscard]] QString snapshot() const { return m_snapshot; }
    [[nodiscard]] bool canSnapshot() const { return m_canSnapshot; }
    [[nodiscard]] bool paused() const { return m_words.state == Protection::State::Paused; }
    [[nodiscard]] bool canRetry() const { return m_status.standing.nextTry.has_value(); }
    [[nodiscard]] ReplicaStatusModel* replicas() { return &m_replicas; }
    [[nodiscard]] const service::DatabaseStatus& status() const { return m_status; }

    void setStatus(service::DatabaseStatus status);

    /// Says everything anew as it is now; tells only what differs.
    void refresh();

signals:
    void changed();

private:
    bool refreshWords();
    void refreshReplicas();

    service::DatabaseStatus m_status;
    const Voice& m_voice;
    QString m_home;
    QString m_name;
    QString m_folder;
    QString m_size;
    QString m_proof;
    QString m_proofWithin;
    QString m_snapshot;
    bool m_canSnapshot = false;
    StatusWords m_words;
    ReplicaStatusModel m_replicas;
};

}  // namespace tidemark::app
