#include "app/desktop/look.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QGuiApplication>

#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

// Settings portal:
// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
const QString kService = u"org.freedesktop.portal.Desktop"_s;
const QString kPath = u"/org/freedesktop/portal/desktop"_s;
const QString kInterface = u"org.freedesktop.portal.Settings"_s;
const QString kGroup = u"org.freedesktop.appearance"_s;
const QString kScheme = u"color-scheme"_s;
const QString kContrast = u"contrast"_s;
constexpr uint kPrefersDark = 1;
constexpr uint kPrefersLight = 2;
constexpr uint kPrefersContrast = 1;

/// Read answers with a variant in a variant.
QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>()) {
        value = value.value<QDBusVariant>().variant();
    }
    return value;
}

struct Colours {
    QColor window, surface, raised, line, control, ink, ink2, ink3, accent, onAccent;
};

Colours coloursOf(bool dark)
{
    if (dark) {
        return {0xff12191e, 0xff1a2329, 0xff212b32, 0xff2c3841, 0xff71808b,
                0xffe7eef2, 0xffb0bec8, 0xff96a5b0, 0xff63bbe2, 0xff06222f};
    }
    return {0xfff4f6f8, 0xffffffff, 0xffffffff, 0xffdbe2e6, 0xff7a8a95,
            0xff14212b, 0xff465763, 0xff5b6a75, 0xff0b6690, 0xffffffff};
}

QPalette paletteOf(bool dark)
{
    const Colours c = coloursOf(dark);
    QPalette palette(c.ink, c.surface, c.raised, c.control, c.line, c.ink, c.ink, c.surface,
                     c.window);
    palette.setColor(QPalette::AlternateBase, c.window);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.onAccent);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::ToolTipBase, c.raised);
    palette.setColor(QPalette::ToolTipText, c.ink);
    palette.setColor(QPalette::PlaceholderText, c.ink3);
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, c.ink3);
    }
    return palette;
}

}  // namespace

Look::Look(std::function<QPalette()> palette, QObject* parent)
    : QObject(parent), m_palette(std::move(palette))
{
    apply();
}

void Look::setChoice(Choice choice)
{
    m_choice = choice;
    apply();
}

void Look::setDesktop(std::optional<bool> dark, bool highContrast)
{
    m_desktopDark = dark;
    m_desktopContrast = highContrast;
    apply();
}

void Look::apply()
{
    // Without one of ours Qt shows the desktop's, and follows it.
    QGuiApplication::setPalette(QPalette());
    const bool desktopDark =
        m_desktopDark.value_or(m_palette().color(QPalette::Window).lightnessF() < 0.5F);
    const bool dark = m_choice == Choice::Dark || (m_choice == Choice::System && desktopDark);
    const Mode mode = m_desktopContrast && m_choice == Choice::System ? Mode::HighContrast
                      : dark                                          ? Mode::Dark
                                                                      : Mode::Light;
    // High contrast is the desktop's own palette, untouched.
    if (mode != Mode::HighContrast) {
        QGuiApplication::setPalette(paletteOf(mode == Mode::Dark));
    }
    if (mode != m_mode) {
        m_mode = mode;
        emit modeChanged();
    }
}

void Look::followDesktop()
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    // connect() fails on a parameter whose type has no name yet, and Qt names this one late.
    qRegisterMetaType<QDBusVariant>();
    bus.connect(kService, kPath, kInterface, u"SettingChanged"_s, this,
                SLOT(onPortalSetting(QString, QString, QDBusVariant)));
    readPortal(kScheme);
    readPortal(kContrast);
}

void Look::readPortal(const QString& key)
{
    QDBusMessage question = QDBusMessage::createMethodCall(kService, kPath, kInterface, u"Read"_s);
    question << kGroup << key;
    auto* const answer =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(question), this);
    connect(answer, &QDBusPendingCallWatcher::finished, this, [this, key, answer] {
        answer->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *answer;
        if (reply.isValid()) {
            onPortalSetting(kGroup, key, reply.value());
        }
    });
}

void Look::onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value)
{
    if (group != kGroup) {
        return;
    }
    const uint number = unwrapped(value.variant()).toUInt();
    if (key == kScheme) {
        const bool prefers = number == kPrefersDark || number == kPrefersLight;
        setDesktop(prefers ? std::optional(number == kPrefersDark) : std::nullopt,
                   m_desktopContrast);
    } else if (key == kContrast) {
        setDesktop(m_desktopDark, number == kPrefersContrast);
    }
}

}  // namespace tidemark::app
