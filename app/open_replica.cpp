#include "app/open_replica.h"

#include "app/text/places.h"
#include "app/text/translated.h"

#include <utility>

namespace tidemark::app {
namespace {

using timeline::Millis;

Millis firstOf(const replica::Catalog& catalog)
{
    return catalog.moments.front().time.time_since_epoch().count();
}

Millis lastOf(const replica::Catalog& catalog)
{
    return catalog.moments.back().time.time_since_epoch().count();
}

}  // namespace

OpenReplica::OpenReplica(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
                         QObject* parent)
    : QObject(parent), m_engine(engine), m_desktop(desktop), m_voice(voice), m_home(std::move(home))
{
}

QString OpenReplica::place() const
{
    return shortPath(m_folder, m_home);
}

QString OpenReplica::recognised() const
{
    if (!ready()) {
        return {};
    }
    return m_catalog->format == replica::Catalog::Format::Legacy
               ? tr("Recognised: Litestream 0.3")
               : tr("Recognised: Tidemark or Litestream 0.5");
}

QString OpenReplica::headline() const
{
    if (!ready()) {
        return {};
    }
    const Millis span = lastOf(*m_catalog) - firstOf(*m_catalog);
    return tr("%1, %2", "name, length")
        .arg(fileNameOf(m_folder), timeline::length(span / 1000 * 1000, m_voice.speech()));
}

QString OpenReplica::lastWritten() const
{
    return ready()
               ? tr("Last written %1.", "an age: 4 s ago")
                     .arg(timeline::age(lastOf(*m_catalog),
                                        m_voice.now().time_since_epoch().count(), m_voice.speech()))
               : QString();
}

QString OpenReplica::momentCount() const
{
    return ready() ? timeline::number(m_catalog->moments.size(), m_voice.speech()) : QString();
}

QString OpenReplica::span() const
{
    return ready() ? timeline::stretch(firstOf(*m_catalog), lastOf(*m_catalog), m_voice.speech())
                   : QString();
}

QString OpenReplica::size() const
{
    if (!ready() || m_catalog->objects.empty()) {
        return {};
    }
    std::uint64_t bytes = 0;
    for (const replica::ObjectInfo& object : m_catalog->objects) {
        bytes += object.sizeBytes;
    }
    return tr("%1 in %Ln files", "a size", static_cast<int>(m_catalog->objects.size()))
        .arg(timeline::dataSize(bytes, m_voice.speech()));
}

QString OpenReplica::gaps() const
{
    if (!ready()) {
        return {};
    }
    return m_catalog->gaps.empty() ? tr("none found")
                                   : tr("%Ln found", "", static_cast<int>(m_catalog->gaps.size()));
}

void OpenReplica::setName(const QString& name)
{
    if (name != m_name) {
        m_name = name;
        emit nameChanged();
    }
}

void OpenReplica::begin()
{
    m_reading.reset();
    m_catalog.reset();
    m_folder.clear();
    m_problem.clear();
    m_advice.clear();
    m_stage = Stage::Choosing;
    setName({});
    emit changed();
}

void OpenReplica::pickFolder()
{
    m_desktop.pickFolder(tr("Open a replica"), m_folder.isEmpty() ? m_home : folderOf(m_folder),
                         [this](const QString& folder) { choose(folder); });
}

void OpenReplica::choose(const QString& folder)
{
    begin();
    m_folder = folder;
    m_stage = Stage::Reading;
    m_reading = m_engine.openReplica(
        {.path = folder.toStdString()},
        [this](const Result<EnginePort::CatalogPointer>& answer) { onCatalog(answer); });
    emit changed();
}

void OpenReplica::stop()
{
    if (m_stage == Stage::Reading) {
        begin();
    }
}

void OpenReplica::onCatalog(const Result<EnginePort::CatalogPointer>& answer)
{
    if (!answer.ok()) {
        refuse(translated(answer.error().what), translated(answer.error().next));
        return;
    }
    if (answer.value()->moments.empty()) {
        refuse(tr("There is no replica in %1.").arg(place()),
               tr("Choose the folder that Tidemark or Litestream writes to: it holds a folder "
                  "“ltx” or “generations”."));
        return;
    }
    m_catalog = answer.value();
    m_stage = Stage::Ready;
    setName(fileNameOf(m_folder));
    emit changed();
}

void OpenReplica::refuse(const QString& problem, const QString& advice)
{
    m_problem = problem;
    m_advice = advice;
    m_stage = Stage::Choosing;
    emit changed();
}

void OpenReplica::accept()
{
    if (ready()) {
        emit accepted(m_name.trimmed().isEmpty() ? fileNameOf(m_folder) : m_name.trimmed(),
                      m_folder);
    }
}

}  // namespace tidemark::app
