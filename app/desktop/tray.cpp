#include "app/desktop/tray.h"

#include "app/drawn/state_shape.h"

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>
#include <QIcon>
#include <QPainter>
#include <QPixmap>
#include <QSystemTrayIcon>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

// https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
const QString kHost = u"org.kde.StatusNotifierWatcher"_s;

// Seen on light and on dark panels alike.
constexpr QRgb kGood = 0xff2f9e5b;
constexpr QRgb kMoving = 0xff2d8ab5;
constexpr QRgb kResting = 0xff8a98a3;
constexpr QRgb kWarning = 0xffd98a1a;
constexpr QRgb kBad = 0xffd5453c;

QColor colourOf(Protection::State state)
{
    switch (state) {
    case Protection::State::Protected: return kGood;
    case Protection::State::CatchingUp: return kMoving;
    case Protection::State::AtRisk: return kWarning;
    case Protection::State::Broken: return kBad;
    default: return kResting;
    }
}

}  // namespace

Tray::Tray(QObject* parent) : QObject(parent)
{
    connect(&m_menu, &QMenu::aboutToShow, this, &Tray::aboutToShow);
    fillMenu();
    watchHost();
}

Tray::~Tray() = default;

void Tray::watchHost()
{
#ifdef Q_OS_LINUX
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    auto* const watcher = new QDBusServiceWatcher(
        kHost, bus,
        QDBusServiceWatcher::WatchForRegistration | QDBusServiceWatcher::WatchForUnregistration,
        this);
    connect(watcher, &QDBusServiceWatcher::serviceRegistered, this, &Tray::hostCame);
    connect(watcher, &QDBusServiceWatcher::serviceUnregistered, this, &Tray::hostWent);
    auto* const answer =
        new QDBusPendingCallWatcher(bus.interface()->asyncCall(u"NameHasOwner"_s, kHost), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, answer] {
        answer->deleteLater();
        const QDBusPendingReply<bool> there = *answer;
        if (there.isValid() && there.value()) {
            hostCame();
        }
    });
#else
    hostCame();
#endif
}

void Tray::hostCame()
{
    const bool before = available();
    m_icon = std::make_unique<QSystemTrayIcon>(iconFor(m_text.worst));
    m_icon->setToolTip(m_text.sentence);
    m_icon->setContextMenu(&m_menu);
    connect(m_icon.get(), &QSystemTrayIcon::activated, this,
            [this](QSystemTrayIcon::ActivationReason reason) {
                if (reason != QSystemTrayIcon::Context) {
                    emit openRequested();
                }
            });
    m_icon->show();
    if (!before) {
        emit availableChanged(true);
    }
}

void Tray::hostWent()
{
    if (available()) {
        m_icon.reset();
        emit availableChanged(false);
    }
}

void Tray::show(const TrayText& text)
{
    if (text == m_text) {
        return;
    }
    const bool otherState = text.worst != m_text.worst;
    m_text = text;
    fillMenu();
    if (m_icon) {
        m_icon->setToolTip(m_text.sentence);
        if (otherState) {
            m_icon->setIcon(iconFor(m_text.worst));
        }
    }
}

void Tray::fillMenu()
{
    m_menu.clear();
    m_menu.addAction(m_text.sentence)->setEnabled(false);
    m_menu.addSeparator();
    for (int row = 0; row < m_text.databases.size(); ++row) {
        connect(m_menu.addAction(m_text.databases[row]), &QAction::triggered, this,
                [this, row] { emit databaseRequested(row); });
    }
    if (!m_text.databases.isEmpty()) {
        m_menu.addSeparator();
    }
    connect(m_menu.addAction(tr("Open Tidemark")), &QAction::triggered, this, &Tray::openRequested);
    connect(m_menu.addAction(tr("Quit…")), &QAction::triggered, this, &Tray::quitRequested);
}

QIcon Tray::iconFor(Protection::State state) const
{
    QIcon icon;
    for (const int size : {16, 22, 24, 32, 48, 64}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paintState(painter, QRectF(0, 0, size, size), state, colourOf(state), Qt::white);
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace tidemark::app
