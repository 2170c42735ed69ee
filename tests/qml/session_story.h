#pragma once

#include "app/session.h"
#include "tests/app/fakes.h"

#include <QObject>
#include <QStringList>

#include <future>

/// A session whose engine and desktop are a test's, for QML: the test says what the engine tells
/// and answers, and sees what the window asked for. Now is Thu 17 Sep 2026, 14:53:12 in Berlin.
class SessionStory : public QObject {
    Q_OBJECT
    Q_PROPERTY(tidemark::app::Session* session READ session CONSTANT FINAL)

public:
    explicit SessionStory(QObject* parent = nullptr);

    [[nodiscard]] tidemark::app::Session* session() { return &m_session; }

    // What the engine tells. States are Protection.AtRisk and so on.

    /// Adds a database as if its page had been gone through, and tells how it stands.
    Q_INVOKABLE void follow(const QString& path, int state);
    Q_INVOKABLE void stand(const QString& path, int state, const QString& reason = {},
                           const QString& next = {}, bool triesAgain = false);
    Q_INVOKABLE void snapshotRuns(const QString& path, double share);
    Q_INVOKABLE void snapshotWritten(const QString& path);
    Q_INVOKABLE void proven(const QString& path);
    /// Restored, with nothing to compare it with.
    Q_INVOKABLE void checked(const QString& path);
    Q_INVOKABLE void letGo(const QString& path);
    Q_INVOKABLE void captured(const QString& path, int number);

    // What it answers: each the newest question of its kind.

    Q_INVOKABLE void answerInspection(const QString& path, bool isWal);
    Q_INVOKABLE void refuseInspection(const QString& what, const QString& next);
    Q_INVOKABLE void answerKind(bool isFolder);
    Q_INVOKABLE void answerFreeSpace();
    /// Every replica that is asked for has so many moments, a minute apart.
    Q_INVOKABLE void answerReplicas(int moments);
    Q_INVOKABLE void refuseReplica(const QString& what, const QString& next);
    /// Steps of the test of a place that went well, the first `count` of them.
    Q_INVOKABLE void testRuns(int count);
    Q_INVOKABLE void testPasses();
    /// Nothing may be deleted there.
    Q_INVOKABLE void testFails();
    Q_INVOKABLE void keyringAnswers();
    Q_INVOKABLE void keyringIsMissing();
    /// A thread that opens a storage asks whether that server is the right one.
    Q_INVOKABLE void meetsServer(const QString& host, const QString& otherKnown = {});
    /// What it was told; waits for it.
    Q_INVOKABLE bool trusted() { return m_trusted.get(); }
    Q_INVOKABLE void answerFacts();
    Q_INVOKABLE void restoreRuns(bool checking, double share);
    Q_INVOKABLE void restoreEnds(bool isProven);
    Q_INVOKABLE void restoreFails(const QString& what, const QString& next);
    Q_INVOKABLE void restoreIsCancelled();

    // What the person does in a dialog of the desktop.

    Q_INVOKABLE void pickFile(const QString& path) const;
    Q_INVOKABLE void pickFolder(const QString& path) const;

    // What was asked for.

    Q_INVOKABLE QStringList restoreTargets() const;
    /// "s3://bucket/folder" of the newest test.
    Q_INVOKABLE QString testedPlace() const;
    /// Of the database that was followed last.
    Q_INVOKABLE QStringList followedPlaces() const;
    Q_INVOKABLE int keptSecrets() const { return static_cast<int>(m_world.secrets.kept.size()); }
    Q_INVOKABLE bool restoreWasCancelled() const;
    /// As the settings remember it.
    Q_INVOKABLE bool windowWasMaximized();
    Q_INVOKABLE QStringList copied() const { return m_world.desktop.copied; }
    Q_INVOKABLE QStringList shownInFolder() const { return m_world.desktop.shown; }
    Q_INVOKABLE int follows() const { return static_cast<int>(m_world.engine.followed.size()); }
    Q_INVOKABLE int unfollows() const { return static_cast<int>(m_world.engine.unfollowed.size()); }
    Q_INVOKABLE int retries() const { return static_cast<int>(m_world.engine.retried.size()); }
    Q_INVOKABLE int pauses() const { return static_cast<int>(m_world.engine.paused.size()); }
    Q_INVOKABLE int resumes() const { return static_cast<int>(m_world.engine.resumed.size()); }

private:
    [[nodiscard]] tidemark::service::DatabaseStatus& statusOf(const QString& path);
    void tell(const QString& path, const decltype(tidemark::service::Event::what)& what);

    tidemark::app::tests::World m_world;
    tidemark::app::tests::FakeStore m_store;
    tidemark::app::Look m_look;
    tidemark::app::TrustQuestions m_person;
    std::future<bool> m_trusted;
    tidemark::app::Session m_session;
    std::map<QString, tidemark::service::DatabaseStatus> m_statuses;
};

/// Makes stories; each lives until the next one is made.
class SessionStories : public QObject {
    Q_OBJECT

public:
    Q_INVOKABLE SessionStory* make();

private:
    std::unique_ptr<SessionStory> m_newest;
};
