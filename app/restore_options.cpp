#include "app/restore_options.h"

#include "app/restore_name.h"
#include "app/text/places.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

restore::Check toEngine(RestoreOptions::Check check)
{
    switch (check) {
    case RestoreOptions::Check::Quick: return restore::Check::Quick;
    case RestoreOptions::Check::Full: return restore::Check::Full;
    case RestoreOptions::Check::None: return restore::Check::None;
    }
    Q_UNREACHABLE();
}

/// As tidemarkctl spells it.
QString codeWord(RestoreOptions::Check check)
{
    switch (check) {
    case RestoreOptions::Check::Quick: return u"quick"_s;
    case RestoreOptions::Check::Full: return u"full"_s;
    case RestoreOptions::Check::None: return u"none"_s;
    }
    Q_UNREACHABLE();
}

/// The number of a 0.3 moment is its place in a list that retention shortens.
bool isSame(const replica::Moment& left, const replica::Moment& right)
{
    return left.legacy && right.legacy ? left.legacy->isSameMoment(*right.legacy)
                                       : left.txId == right.txId;
}

}  // namespace

RestoreOptions::RestoreOptions(EnginePort& engine, DesktopPort& desktop, const Voice& voice,
                               QString home, QObject* parent)
    : QObject(parent), m_engine(engine), m_desktop(desktop), m_voice(voice), m_home(std::move(home))
{
}

QString RestoreOptions::momentTime() const
{
    return m_order ? m_order->momentTime : QString();
}

QString RestoreOptions::folder() const
{
    return m_order ? shortPath(m_order->folder, m_home) : QString();
}

QString RestoreOptions::fileName() const
{
    if (!m_ownName.isEmpty()) {
        return m_ownName;
    }
    return m_order ? m_order->fileName : QString();
}

QString RestoreOptions::command() const
{
    if (!m_order) {
        return {};
    }
    return restoreCommand(placeInCommand(m_order->address), m_order->folder + u'/' + fileName(),
                          m_order->moment, codeWord(m_check));
}

void RestoreOptions::setFileName(const QString& name)
{
    // A name, not a path; an empty field means the proposed one again.
    const QString own = fileNameOf(name.trimmed());
    const bool proposed = m_order && own == m_order->fileName;
    const QString wanted = proposed ? QString() : own;
    if (wanted != m_ownName) {
        m_ownName = wanted;
        emit changed();
    }
}

void RestoreOptions::setCheck(Check check)
{
    if (check != m_check) {
        m_check = check;
        emit changed();
    }
}

void RestoreOptions::setOrder(std::optional<RestoreOrder> order)
{
    if (order == m_order) {
        return;
    }
    const bool same = order && m_order && isSame(order->moment, m_order->moment);
    m_order = std::move(order);
    if (!same) {
        m_ownName.clear();
        m_check = Check::Quick;
    }
    emit changed();
}

std::optional<RestoreOrder> RestoreOptions::chosen() const
{
    std::optional<RestoreOrder> order = m_order;
    if (order) {
        order->fileName = fileName();
        order->check = toEngine(m_check);
    }
    return order;
}

void RestoreOptions::look()
{
    if (!m_order) {
        return;
    }
    setFreeSpace({});
    m_pending = m_engine.freeSpace(m_order->folder.toStdString(), [this](
                                                                      const Result<Space>& answer) {
        if (answer.ok()) {
            setFreeSpace(tr("%1 free", "a size")
                             .arg(timeline::dataSize(answer.value().freeBytes, m_voice.speech())));
        }
    });
}

void RestoreOptions::setFreeSpace(const QString& words)
{
    if (words != m_freeSpace) {
        m_freeSpace = words;
        emit freeSpaceChanged();
    }
}

void RestoreOptions::chooseFolder()
{
    if (!m_order) {
        return;
    }
    m_desktop.pickFolder(tr("Restore into"), m_order->folder, [this](const QString& folder) {
        if (m_order) {
            m_order->folder = folder;
            emit changed();
            emit folderChosen(folder);
            look();
        }
    });
}

void RestoreOptions::copyCommand()
{
    m_desktop.copy(command());
}

}  // namespace tidemark::app
