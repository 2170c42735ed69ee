#pragma once

#include "app/engine_port.h"
#include "app/place_form.h"
#include "app/secrets_port.h"
#include "app/test_step_model.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace tidemark::app {

/// One more place for the history of a followed database: from the form over the test to the start.
/// Nothing starts before every step of the test has passed. Lives on the GUI thread.
class AddReplica : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(Stage stage READ stage NOTIFY changed FINAL)
    Q_PROPERTY(QString databaseId READ databaseId NOTIFY changed FINAL)
    /// "shop.db"
    Q_PROPERTY(QString databaseName READ databaseName NOTIFY changed FINAL)
    Q_PROPERTY(tidemark::app::PlaceForm* form READ form CONSTANT FINAL)
    Q_PROPERTY(tidemark::app::TestStepModel* steps READ steps CONSTANT FINAL)
    /// Of the test: "6 of 8 passed · 1.4 s"
    Q_PROPERTY(QString summary READ summary NOTIFY changed FINAL)
    /// Why it could not be tested or started at all, and what helps.
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY changed FINAL)
    Q_PROPERTY(bool canTest READ canTest NOTIFY changed FINAL)
    Q_PROPERTY(bool canStart READ canStart NOTIFY changed FINAL)

public:
    enum class Stage {
        Filling,  ///< Nothing is known of what the form says now.
        Testing,
        Tested,
        Starting,  ///< Its secrets are being kept.
    };
    Q_ENUM(Stage)

    /// All outlive the object.
    struct Parts {
        EnginePort& engine;
        DesktopPort& desktop;
        SecretsPort& secrets;
        const Voice& voice;
        QString home = {};
    };

    /// What the replica is for.
    struct Known {
        service::DatabaseId id = {};
        std::string path = {};
        QStringList names = {};                           ///< Of all replicas.
        std::vector<storage::StorageAddress> taken = {};  ///< By any replica.
    };

    explicit AddReplica(const Parts& parts, QObject* parent = nullptr);

    [[nodiscard]] Stage stage() const { return m_stage; }
    [[nodiscard]] QString databaseId() const { return QString::fromStdString(m_known.id); }
    [[nodiscard]] QString databaseName() const;
    [[nodiscard]] PlaceForm* form() { return &m_form; }
    [[nodiscard]] TestStepModel* steps() { return &m_steps; }
    [[nodiscard]] QString summary() const;
    [[nodiscard]] QString problem() const { return m_problem; }
    [[nodiscard]] QString advice() const { return m_advice; }
    [[nodiscard]] bool canTest() const;
    [[nodiscard]] bool canStart() const;

    /// Forgets what was written before.
    void begin(Known known);

    Q_INVOKABLE void test();
    /// Calls the test off.
    Q_INVOKABLE void stop();
    Q_INVOKABLE void start();
    /// Nothing is added; the secrets that were written are forgotten.
    Q_INVOKABLE void abandon();

signals:
    void changed();
    /// Its secrets are kept, and it may be followed.
    void accepted(const tidemark::service::ReplicaConfig& replica);

private:
    void forget();
    void refuse(const Error& error);
    void onStep(const storage::ProbedStep& step);
    void onTested(const Result<service::PlaceTest>& answer);
    void onKept(const Status& status);
    void showSteps();
    [[nodiscard]] bool isTaken(const storage::StorageAddress& address) const;
    [[nodiscard]] QString freeName() const;

    Parts m_parts;
    Known m_known;
    PlaceForm m_form;
    TestStepModel m_steps;
    Stage m_stage = Stage::Filling;
    QString m_problem;
    QString m_advice;
    std::optional<storage::StorageAddress> m_address;  // What is or was tested.
    std::vector<storage::ProbedStep> m_told;
    std::optional<service::PlaceTest> m_result;
    Clock::Instant m_startedAt = {};
    Clock::Instant::duration m_took = {};
    std::unique_ptr<Pending> m_testing;
    int m_keeping = 0;  // Counts starts, so that a late answer of an earlier one is dropped.
};

}  // namespace tidemark::app
