#pragma once

#include "app/text/protection.h"

#include <QMenu>
#include <QObject>
#include <QStringList>

#include <memory>

class QSystemTrayIcon;

namespace tidemark::app {

/// What the tray says.
struct TrayText {
    Protection::State worst = Protection::State::NotSetUp;
    QString sentence = {};
    QStringList databases = {};  ///< A line each.

    bool operator==(const TrayText&) const = default;
};

/// The icon in the tray and its menu. On Linux the icon is made when the tray's host shows up,
/// which may be long after us, and again when it comes back. Lives on the GUI thread.
class Tray : public QObject {
    Q_OBJECT

public:
    explicit Tray(QObject* parent = nullptr);
    ~Tray() override;

    /// Whether there is an icon to come back by.
    [[nodiscard]] bool available() const { return m_icon != nullptr; }

    void show(const TrayText& text);

signals:
    void availableChanged(bool available);
    void openRequested();
    void databaseRequested(int row);
    void quitRequested();
    /// The menu opens: its ages should be those of now.
    void aboutToShow();

private:
    void watchHost();
    void hostCame();
    void hostWent();
    void fillMenu();
    [[nodiscard]] QIcon iconFor(Protection::State state) const;

    TrayText m_text;
    QMenu m_menu;
    std::unique_ptr<QSystemTrayIcon> m_icon;
};

}  // namespace tidemark::app
