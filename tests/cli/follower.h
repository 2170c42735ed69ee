#pragma once

#include "tests/cli/program.h"

#include <QByteArray>

#include <csignal>

namespace tidemark::cli {

/// A running `replicate` with what it said so far.
class Follower {
public:
    Follower(const Program& program, const QStringList& arguments)
    {
        program.prepare(m_process, QStringList{"replicate", "--json"} + arguments);
        m_process.start();
    }
    ~Follower()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    /// Waits until it said an event of this kind `count` times.
    [[nodiscard]] bool said(const QString& event, int count = 1)
    {
        while (counted(event) < count) {
            if (!m_process.waitForReadyRead(20'000)) {
                return false;
            }
            m_facts += m_process.readAllStandardOutput();
        }
        return true;
    }

    /// Waits until stderr has the text.
    [[nodiscard]] bool warned(const QByteArray& text)
    {
        m_process.setReadChannel(QProcess::StandardError);
        while (!m_process.peek(1'000'000).contains(text)) {
            if (!m_process.waitForReadyRead(20'000)) {
                return false;
            }
        }
        m_process.setReadChannel(QProcess::StandardOutput);
        m_facts += m_process.readAllStandardOutput();
        return true;
    }

    [[nodiscard]] Ran stop()
    {
        ::kill(static_cast<pid_t>(m_process.processId()), SIGINT);
        Ran ran = Program::finished(m_process);
        ran.facts = QString::fromUtf8(m_facts) + ran.facts;
        return ran;
    }

private:
    [[nodiscard]] int counted(const QString& event) const
    {
        int count = 0;
        for (const QJsonObject& line : Ran::objects(QString::fromUtf8(m_facts))) {
            count += line["event"].toString() == event ? 1 : 0;
        }
        return count;
    }

    QProcess m_process;
    QByteArray m_facts;
};

}  // namespace tidemark::cli
