#include "app/engine/settings_writer.h"

#include "app/text/translated.h"

#include <utility>

namespace tidemark::app {

SettingsWriter::SettingsWriter(FileSystem& files, std::string path)
    : m_file(files, std::move(path)), m_thread([this](const std::stop_token& stop) { run(stop); })
{
}

SettingsWriter::~SettingsWriter()
{
    m_thread.request_stop();
    m_thread.join();
}

void SettingsWriter::save(const config::Settings& settings)
{
    const std::scoped_lock lock(m_mutex);
    m_newest = settings;
    m_changed.notify_all();
}

void SettingsWriter::run(const std::stop_token& stop)
{
    while (true) {
        std::optional<config::Settings> settings;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, stop, [this] { return m_newest.has_value(); });
            settings = std::exchange(m_newest, {});
        }
        if (!settings) {
            return;  // Stopped, and nothing is left to write.
        }
        const Status written = m_file.save(*settings);
        if (written.ok()) {
            emit this->written({}, {});
        } else {
            emit this->written(translated(written.error().what), translated(written.error().next));
        }
    }
}

}  // namespace tidemark::app
