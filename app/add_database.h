#pragma once

#include "app/desktop/desktop_port.h"
#include "app/engine_port.h"
#include "app/transfer_meter.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>
#include <optional>

namespace tidemark::app {

/// From "which file?" to "Proven. You can close this window." Lives on the GUI thread.
class AddDatabase : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    /// The file, once there is one.
    Q_PROPERTY(QString name READ name NOTIFY changed FINAL)
    Q_PROPERTY(QString folder READ folder NOTIFY changed FINAL)
    Q_PROPERTY(QString size READ size NOTIFY changed FINAL)
    /// Why this file cannot be had, and what helps; empty when it can.
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    /// Where its history goes: "~/Tidemark/notes".
    Q_PROPERTY(QString target READ target NOTIFY changed FINAL)
    Q_PROPERTY(QString freeSpace READ freeSpace NOTIFY changed FINAL)
    /// The file is not in WAL mode: one of both must be agreed to, and each takes the other back.
    Q_PROPERTY(bool mustSwitch READ mustSwitch NOTIFY changed FINAL)
    Q_PROPERTY(bool switchAgreed READ switchAgreed WRITE setSwitchAgreed NOTIFY changed FINAL)
    Q_PROPERTY(bool watchAgreed READ watchAgreed WRITE setWatchAgreed NOTIFY changed FINAL)
    Q_PROPERTY(bool canStart READ canStart NOTIFY changed FINAL)

    Q_PROPERTY(double share READ share NOTIFY progressed FINAL)
    Q_PROPERTY(QString percent READ percent NOTIFY progressed FINAL)
    Q_PROPERTY(QString amount READ amount NOTIFY progressed FINAL)
    /// What the test restore came to, once the stage is Done.
    Q_PROPERTY(Proof proof READ proof NOTIFY changed FINAL)
    Q_PROPERTY(QString snapshotSummary READ snapshotSummary NOTIFY changed FINAL)
    Q_PROPERTY(QString proofSummary READ proofSummary NOTIFY changed FINAL)
    Q_PROPERTY(QString databaseId READ databaseId NOTIFY changed FINAL)

public:
    enum class Stage {
        Choosing,  ///< No file, or one that was refused.
        Looking,   ///< SQLite looks at the file.
        Ready,     ///< It can be started.
        Snapshot,  ///< The first snapshot is being written.
        Proving,   ///< It is being restored and checked.
        Done,      ///< Every change is kept from now on.
        Stuck,     ///< Followed, but something stands in the way: problem says what.
    };
    Q_ENUM(Stage)
    enum class Proof {
        None,     ///< The folder held its history before, and it was not restored again.
        Checked,  ///< Restored, but there was nothing recorded to compare it with.
        Proven,   ///< Restored and compared with the original.
    };
    Q_ENUM(Proof)

    AddDatabase(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
                QObject* parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] QString name() const;
    [[nodiscard]] QString folder() const;
    [[nodiscard]] QString size() const;
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString advice() const { return m_advice; }
    [[nodiscard]] QString target() const;
    [[nodiscard]] QString freeSpace() const { return m_freeSpace; }
    [[nodiscard]] bool mustSwitch() const;
    [[nodiscard]] bool switchAgreed() const { return m_switchAgreed; }
    [[nodiscard]] bool watchAgreed() const { return m_watchAgreed; }
    [[nodiscard]] bool canStart() const;
    [[nodiscard]] double share() const;
    [[nodiscard]] QString percent() const;
    [[nodiscard]] QString amount() const;
    [[nodiscard]] Proof proof() const { return m_proof; }
    [[nodiscard]] QString snapshotSummary() const { return m_snapshotSummary; }
    [[nodiscard]] QString proofSummary() const { return m_proofSummary; }
    [[nodiscard]] QString databaseId() const { return QString::fromStdString(m_id); }

    void setSwitchAgreed(bool agreed);
    void setWatchAgreed(bool agreed);

    /// What is followed already: such a file is refused, such a folder is not proposed.
    struct Known {
        QStringList databases = {};
        QStringList targets = {};
    };
    void setKnown(Known known) { m_known = std::move(known); }

    /// Forgets what was chosen. What runs goes on.
    Q_INVOKABLE void begin();
    Q_INVOKABLE void pickFile();
    Q_INVOKABLE void choose(const QString& path);
    Q_INVOKABLE void pickTarget();
    Q_INVOKABLE void start();
    /// Stops following what was just started; its replica keeps what it has.
    Q_INVOKABLE void cancel();

    void statusChanged(const service::DatabaseStatus& status);
    void happened(const service::Event& event);

signals:
    void changed();
    void progressed();
    void started(const tidemark::service::DatabaseConfig& config);
    void cancelled(const std::string& path, const std::string& id);

private:
    void onLooked(const Result<service::SourceFacts>& answer);
    /// `path`, or another name beside it when that is another database's.
    void setTarget(const QString& path);
    [[nodiscard]] QString proposedTarget() const;
    [[nodiscard]] bool isKept(const service::DatabaseStatus& status) const;
    [[nodiscard]] QString lengthSince(Timestamp start, Timestamp end) const;
    void finish(const service::Proof& proof);
    void finishWithWhatWasThere(const service::DatabaseStatus& status);
    void setStage(Stage stage);

    EnginePort& m_engine;
    DesktopPort& m_desktop;
    const Voice& m_voice;
    QString m_home;
    Known m_known;

    Stage m_stage = Stage::Choosing;
    QString m_path;
    std::optional<service::SourceFacts> m_facts;
    QString m_problem;
    QString m_advice;
    QString m_target;
    QString m_freeSpace;
    bool m_switchAgreed = false;
    bool m_watchAgreed = false;
    std::unique_ptr<Pending> m_looking;
    std::unique_ptr<Pending> m_space;

    service::DatabaseId m_id;
    std::optional<service::LongWork> m_work;
    TransferMeter m_meter;
    Timestamp m_startedAt = {};
    Proof m_proof = Proof::None;
    bool m_wasThere = false;  // No first snapshot was needed, as far as is known.
    QString m_snapshotSummary;
    QString m_proofSummary;
};

}  // namespace tidemark::app
