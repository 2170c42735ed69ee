#pragma once

#include "app/settings_object.h"
#include "core/config/settings.h"

#include <QObject>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace tidemark::app {

/// Writes settings on a thread of its own, the newest ones when several came meanwhile. Destroying
/// it waits until the newest are written.
class SettingsWriter final : public QObject, public SettingsStore {
    Q_OBJECT

public:
    /// `files` outlives the writer.
    SettingsWriter(FileSystem& files, std::string path);
    ~SettingsWriter() override;

    void save(const config::Settings& settings) override;

signals:
    /// On the writer's thread: how the newest write ended, and what helps; empty when it is on the
    /// disk.
    void written(const QString& problem, const QString& advice);

private:
    void run(const std::stop_token& stop);

    config::SettingsFile m_file;
    std::mutex m_mutex;  // Guards m_newest.
    std::condition_variable_any m_changed;
    std::optional<config::Settings> m_newest;
    std::jthread m_thread;
};

}  // namespace tidemark::app
