#pragma once

#include <QtQml/qqmlregistration.h>
#include <QDBusVariant>
#include <QObject>
#include <QPalette>

namespace tidemark::app {

/// Light, dark or high contrast: what the desktop asks for, unless the person chose. Follows the
/// desktop live through its Settings portal; without one, the palette that the program started with
/// decides. Colours Qt's own parts (menus, dialogs, tooltips) to match. Lives on the GUI thread.
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

    explicit Look(QObject* parent = nullptr);

    [[nodiscard]] Mode mode() const { return m_mode; }
    void setChoice(Choice choice);

    /// Asks the portal, and listens to it. Answers come later.
    void followDesktop();

    /// What the desktop prefers, from wherever it was learnt.
    void setDesktop(bool dark, bool highContrast);

signals:
    void modeChanged();

private slots:
    void onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void readPortal(const QString& key);
    void apply();

    QPalette m_desktopPalette;
    Choice m_choice = Choice::System;
    bool m_desktopDark = false;
    bool m_desktopContrast = false;
    Mode m_mode = Mode::Light;
};

}  // namespace tidemark::app
