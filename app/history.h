#pragma once

#include "app/restore_job.h"
#include "app/restore_options.h"
#include "app/timeline/timeline_controller.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace tidemark::app {

/// The moments of one replica as a page shows them, and what is restored from it. Reads the replica
/// when it is first shown; after that it grows with what the engine tells. Lives on the GUI thread.
class History : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    /// "shop.db", or the name of an opened replica.
    Q_PROPERTY(QString name READ name CONSTANT FINAL)
    /// Where the replica lies: "~/Tidemark/shop".
    Q_PROPERTY(QString place READ place CONSTANT FINAL)
    Q_PROPERTY(bool readOnly READ readOnly CONSTANT FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    Q_PROPERTY(tidemark::app::timeline::TimelineController* timeline READ timeline CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::RestoreJob* restore READ restore CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::RestoreOptions* options READ options CONSTANT FINAL)

public:
    enum class Stage { Unread, Reading, Ready, Failed };
    Q_ENUM(Stage)

    struct Origin {
        QString name = {};
        storage::StorageAddress address = {};
        QString sourcePath = {};  ///< Empty for a replica without a source here.
    };

    /// References outlive the history. `downloads` is where restores without a source go.
    History(Origin origin, EnginePort& engine, DesktopPort& desktop, const Voice& voice,
            QString home, QString downloads, QObject* parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] QString name() const { return m_origin.name; }
    [[nodiscard]] QString place() const;
    [[nodiscard]] bool readOnly() const { return m_origin.sourcePath.isEmpty(); }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString advice() const { return m_advice; }
    [[nodiscard]] timeline::TimelineController* timeline() { return &m_timeline; }
    [[nodiscard]] RestoreJob* restore() { return &m_restore; }
    [[nodiscard]] RestoreOptions* options() { return &m_options; }
    [[nodiscard]] const storage::StorageAddress& address() const { return m_origin.address; }
    [[nodiscard]] const timeline::TimelineData& data() const { return m_timeline.data(); }
    [[nodiscard]] timeline::Millis nowMs() const;
    [[nodiscard]] const timeline::Speech& speech() const { return m_voice.speech(); }

    /// Where restores go when the person chose a folder before; empty: none.
    void setChosenFolder(const QString& folder);

    /// Reads the replica unless that was done or is under way.
    Q_INVOKABLE void open();
    /// Reads it again.
    Q_INVOKABLE void reload();

    /// One click: the moment that is held, with what is usual.
    Q_INVOKABLE void restoreMoment();
    /// The sheet opens: the moment that is held stays held, whatever is captured meanwhile.
    Q_INVOKABLE void prepareRestore();
    /// From the sheet.
    Q_INVOKABLE void restoreChosen();
    /// The command that would restore the moment that is held, into the clipboard.
    Q_INVOKABLE void copyCommand();

    void happened(const service::Event& event);
    /// What is shown may lack something: the replica is read again, once it is read.
    void eventsMissed();
    /// A drill went well, now or before the program was started.
    void proven(const service::Proof& proof);

signals:
    void changed();
    void dataChanged();
    /// The replica is opened next.
    void aboutToRead(const tidemark::storage::StorageAddress& address);
    void folderChosen(const QString& folder);
    void zoneChosen(tidemark::app::timeline::TimelineController::Zone zone);

private:
    void connectParts();
    void onCatalog(const Result<EnginePort::CatalogPointer>& answer);
    void onTimelineData();
    void show(const service::Event& event);
    void onRestored(const restore::Restored& result);
    void describeHeld();
    void refreshOrder();
    [[nodiscard]] QString usualFolder() const;
    [[nodiscard]] std::optional<RestoreOrder> order() const;

    Origin m_origin;
    EnginePort& m_engine;
    const Voice& m_voice;
    QString m_home;
    QString m_downloads;
    QString m_chosenFolder;

    Stage m_stage = Stage::Unread;
    QString m_problem;
    QString m_advice;
    timeline::Millis m_failedMs = 0;
    std::vector<service::Event> m_whileReading;  // What arrived in the replica meanwhile.
    bool m_readAgain = false;                    // As soon as it is read.
    std::vector<timeline::RestoreRun> m_runs;
    std::vector<timeline::DrillRun> m_drills;
    std::unique_ptr<Pending> m_reading;
    std::unique_ptr<Pending> m_describing;
    timeline::TimelineController m_timeline;
    RestoreJob m_restore;
    RestoreOptions m_options;
};

}  // namespace tidemark::app
