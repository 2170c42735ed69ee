#include "app/open_replica.h"

#include "app/text/places.h"
#include "app/text/translated.h"

#include <QPointer>

#include <utility>

using namespace Qt::StringLiterals;

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

OpenReplica::OpenReplica(EnginePort& engine, DesktopPort& desktop, SecretsPort& secrets,
                         const Voice& voice, QString home, QObject* parent)
    : QObject(parent),
      m_engine(engine),
      m_desktop(desktop),
      m_secrets(secrets),
      m_voice(voice),
      m_home(std::move(home)),
      m_form(PlaceForm::Purpose::Open, desktop, secrets, m_home)
{
    connect(&m_form, &PlaceForm::changed, this, &OpenReplica::changed);
    connect(&m_form, &PlaceForm::edited, this, &OpenReplica::forget);
}

QString OpenReplica::place() const
{
    return m_address ? placeOf(*m_address, m_home) : QString();
}

bool OpenReplica::canRead() const
{
    return m_stage != Stage::Reading && m_form.complete();
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
        .arg(nameOfPlace(*m_address), timeline::length(span / 1000 * 1000, m_voice.speech()));
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
    m_form.clear();
    forget();
}

void OpenReplica::leave()
{
    if (!m_accepting) {
        begin();
    }
}

void OpenReplica::forget()
{
    m_reading.reset();
    m_catalog.reset();
    ++m_keeping;
    m_accepting = false;
    if (m_address) {
        m_secrets.dropTried(*m_address);
        m_address.reset();
    }
    m_problem.clear();
    m_advice.clear();
    m_stage = Stage::Choosing;
    setName({});
    emit changed();
}

void OpenReplica::pickFolder()
{
    const bool isFolder = m_address && m_address->kind == storage::StorageKind::Folder;
    m_desktop.pickFolder(tr("Open a replica"),
                         isFolder ? folderOf(QString::fromStdString(m_address->path)) : m_home,
                         [this](const QString& folder) { choose(folder); });
}

void OpenReplica::choose(const QString& path)
{
    begin();
    const bool isZip = suffixOf(path).toLower() == u".zip"_s;
    open({.kind = isZip ? storage::StorageKind::Zip : storage::StorageKind::Folder,
          .path = path.toStdString()});
}

void OpenReplica::read()
{
    if (!canRead()) {
        return;
    }
    forget();
    const auto address = addressOf(m_form.values(), m_home);
    if (!address.ok()) {
        refuse(translated(address.error().what), translated(address.error().next));
        return;
    }
    trySecretsOf(m_form.values(), address.value(), m_secrets);
    open(address.value());
}

void OpenReplica::open(const storage::StorageAddress& address)
{
    m_address = address;
    m_stage = Stage::Reading;
    m_reading = m_engine.openReplica(
        address, [this](const Result<EnginePort::CatalogPointer>& answer) { onCatalog(answer); });
    emit changed();
}

void OpenReplica::stop()
{
    if (m_stage == Stage::Reading) {
        forget();
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
    setName(nameOfPlace(*m_address));
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
    if (!ready()) {
        return;
    }
    if (!needsSecrets(m_address->kind)) {
        onKept({});
        return;
    }
    m_accepting = true;
    const int number = ++m_keeping;
    m_secrets.keep(*m_address, [self = QPointer(this), number](const Status& status) {
        if (self && self->m_keeping == number) {
            self->onKept(status);
        }
    });
}

void OpenReplica::onKept(const Status& status)
{
    m_accepting = false;
    if (!status.ok()) {
        m_problem = translated(status.error().what);
        m_advice = translated(status.error().next);
        emit changed();
        return;
    }
    // Whoever hears it may leave this page.
    const storage::StorageAddress address = *m_address;
    const QString name = m_name.trimmed();
    emit accepted(name.isEmpty() ? nameOfPlace(address) : name, address);
}

}  // namespace tidemark::app
