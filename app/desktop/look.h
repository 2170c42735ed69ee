#pragma once

#include <QtQml/qqmlregistration.h>
#include <QDBusVariant>
#include <QGuiApplication>
#include <QObject>
#include <QPalette>

#include <functional>
#include <optional>

namespace tidemark::app {

/// Light, dark or high contrast: what the desktop asks for, unless the person chose. Follows the
/// desktop live through its Settings portal; where that prefers nothing, and without one, the
/// desktop's own palette decides. Colours Qt's own parts (menus, dialogs, tooltips) to match. Lives
/// on the GUI thread.
class Look : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by the program")
    Q_PROPERTY(Mode mode READ mode NOTIFY modeChanged FINAL)

public:
    enum class Mode { Light, Dark, HighContrast };
    Q_ENUM(Mode)

    /// Without a choice the desktop decides.
    enum class Choice { System, Light, Dark };

    /// `palette` gives the desktop's own one while the program sets none.
    explicit Look(std::function<QPalette()> palette = &QGuiApplication::palette,
                  QObject* parent = nullptr);

    [[nodiscard]] Mode mode() const { return m_mode; }
    void setChoice(Choice choice);

    /// Asks the portal, and listens to it. Answers come later.
    void followDesktop();

    /// What the desktop prefers, from wherever it was learnt; without `dark` nothing.
    void setDesktop(std::optional<bool> dark, bool highContrast);

signals:
    void modeChanged();

private slots:
    void onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void readPortal(const QString& key);
    void apply();

    std::function<QPalette()> m_palette;
    Choice m_choice = Choice::System;
    std::optional<bool> m_desktopDark;
    bool m_desktopContrast = false;
    Mode m_mode = Mode::Light;
};

}  // namespace tidemark::app
