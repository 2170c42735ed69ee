#pragma once

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace tidemark::cli {

/// What a run of tidemarkctl said and ended with.
struct Ran {
    int status = -1;
    QString facts;
    QString rest;

    [[nodiscard]] QList<QJsonObject> lines() const { return objects(facts); }
    [[nodiscard]] QJsonObject error() const { return objects(rest).value(0); }

    [[nodiscard]] static QList<QJsonObject> objects(const QString& text)
    {
        QList<QJsonObject> found;
        for (const QString& line : text.split('\n', Qt::SkipEmptyParts)) {
            found.append(QJsonDocument::fromJson(line.toUtf8()).object());
        }
        return found;
    }
};

/// A user of tidemarkctl with folders of its own.
class Program {
public:
    static constexpr int kLimitMs = 60'000;

    [[nodiscard]] QString path(const QString& name) const { return m_home.filePath(name); }

    /// A process that is ready to be started in the home folder.
    void prepare(QProcess& process, const QStringList& arguments) const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("HOME", m_home.path());
        environment.insert("TZ", "Europe/Berlin");
        for (const char* name : {"CONFIG", "DATA", "CACHE", "STATE"}) {
            environment.insert(QString("XDG_%1_HOME").arg(name), path(QString(name).toLower()));
        }
        environment.insert("XDG_RUNTIME_DIR", path("run"));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_home.path());
        process.setProgram(TIDEMARKCTL);
        process.setArguments(arguments);
    }

    [[nodiscard]] Ran run(const QStringList& arguments) const
    {
        QProcess process;
        prepare(process, arguments);
        process.start();
        return finished(process);
    }

    /// Leaves a replica its segments and snapshots. Whether a window of merges ended while it was
    /// made is chance.
    void forgetMerges(const QString& replica) const
    {
        for (const char* const level : {"1", "2", "3"}) {
            QDir(path(replica + "/ltx/" + level)).removeRecursively();
        }
    }

    /// Waits for its end.
    [[nodiscard]] static Ran finished(QProcess& process)
    {
        Ran ran;
        const bool ended = process.waitForFinished(kLimitMs);
        ran.status =
            ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
        ran.facts = QString::fromUtf8(process.readAllStandardOutput());
        ran.rest = QString::fromUtf8(process.readAllStandardError());
        return ran;
    }

private:
    QTemporaryDir m_home;
};

}  // namespace tidemark::cli
