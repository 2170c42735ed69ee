#pragma once

#include "app/desktop/desktop_port.h"
#include "app/engine_port.h"
#include "app/transfer_meter.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>

namespace tidemark::app {

/// What is brought back, from where and into what.
struct RestoreOrder {
    QString databaseName = {};  ///< "shop.db"
    storage::StorageAddress address = {};
    replica::Moment moment = {};
    QString momentTime = {};  ///< As the timeline says it: "14:31:06.812 CEST".
    QString folder = {};
    QString fileName = {};     ///< Taken: " (2)" and so on.
    QString usualFolder = {};  ///< Where it would go without a choice.
    restore::Check check = restore::Check::Quick;

    bool operator==(const RestoreOrder&) const = default;
};

/// One restore, from its start to what it came to. It outlives the page that shows it. Lives on the
/// GUI thread.
class RestoreJob : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by History")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    /// "shop.db"
    Q_PROPERTY(QString databaseName READ databaseName NOTIFY changed FINAL)
    /// "14:31:06.812 CEST"
    Q_PROPERTY(QString momentTime READ momentTime NOTIFY changed FINAL)
    Q_PROPERTY(QString fileName READ fileName NOTIFY changed FINAL)
    /// "~/dev/shop/data"
    Q_PROPERTY(QString folder READ folder NOTIFY changed FINAL)
    Q_PROPERTY(double share READ share NOTIFY progressed FINAL)
    Q_PROPERTY(QString percent READ percent NOTIFY progressed FINAL)
    /// "236 MB of 612 MB · 118 MB/s · about 3 s left"
    Q_PROPERTY(QString amount READ amount NOTIFY progressed FINAL)
    Q_PROPERTY(Verdict verdict READ verdict NOTIFY changed FINAL)
    Q_PROPERTY(bool fullCheck READ fullCheck NOTIFY changed FINAL)
    Q_PROPERTY(bool noCheck READ noCheck NOTIFY changed FINAL)
    /// "612 MB in 5.2 s"
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    /// What went wrong, and what helps.
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    /// The folder to offer instead after a failure; empty when it would be the same one.
    Q_PROPERTY(QString otherFolder READ otherFolder NOTIFY changed FINAL)

public:
    enum class Stage { Idle, Planning, Reading, Checking, Done, Failed };
    Q_ENUM(Stage)
    enum class Verdict { Proven, Checked };
    Q_ENUM(Verdict)

    /// Names tried before a folder counts as hopeless.
    static constexpr int kMaxNames = 99;

    /// All outlive the job.
    RestoreJob(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
               QObject* parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] bool running() const;
    [[nodiscard]] QString databaseName() const { return m_order.databaseName; }
    [[nodiscard]] QString momentTime() const { return m_order.momentTime; }
    [[nodiscard]] QString fileName() const { return m_fileName; }
    [[nodiscard]] QString folder() const;
    [[nodiscard]] double share() const;
    [[nodiscard]] QString percent() const;
    [[nodiscard]] QString amount() const;
    [[nodiscard]] Verdict verdict() const { return m_verdict; }
    [[nodiscard]] bool fullCheck() const { return m_order.check == restore::Check::Full; }
    [[nodiscard]] bool noCheck() const { return m_order.check == restore::Check::None; }
    [[nodiscard]] QString summary() const { return m_summary; }
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString advice() const { return m_advice; }
    [[nodiscard]] QString otherFolder() const;

    /// Nothing happens while one is running.
    void start(RestoreOrder order);

    Q_INVOKABLE void cancel();
    /// Back to Idle from Done or Failed.
    Q_INVOKABLE void dismiss();
    Q_INVOKABLE void tryAgain();
    /// Into otherFolder.
    Q_INVOKABLE void tryOtherFolder();
    Q_INVOKABLE void chooseFolder();
    Q_INVOKABLE void showInFolder();
    Q_INVOKABLE void copyPath();

signals:
    void changed();
    void progressed();
    void restored(const tidemark::restore::Restored& result);
    void folderChosen(const QString& folder);

private:
    void attempt(int number);
    void onProgress(const restore::Progress& progress);
    void onAnswer(const Result<restore::Restored>& answer, int attempt);
    void succeed(const restore::Restored& result);
    void fail(const Error& error);
    void setStage(Stage stage);

    EnginePort& m_engine;
    DesktopPort& m_desktop;
    const Voice& m_voice;
    QString m_home;

    RestoreOrder m_order;
    Stage m_stage = Stage::Idle;
    QString m_fileName;
    restore::Progress m_progress;
    TransferMeter m_meter;
    Verdict m_verdict = Verdict::Checked;
    QString m_summary;
    QString m_problem;
    QString m_advice;
    std::unique_ptr<Pending> m_pending;
};

}  // namespace tidemark::app
