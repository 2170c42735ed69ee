#pragma once

#include "app/desktop/desktop_port.h"

#include <QObject>

class QWindow;

namespace tidemark::app {

/// The desktop that the program runs on.
class RealDesktop final : public QObject, public DesktopPort {
    Q_OBJECT

public:
    using QObject::QObject;

    void showInFolder(const QString& path) override;
    void copy(const QString& text) override;
    void pickFile(const QString& title, const QString& startFolder,
                  std::function<void(QString)> picked) override;
    void pickFolder(const QString& title, const QString& startFolder,
                    std::function<void(QString)> picked) override;

    /// Dialogs stand above it. Borrowed; may be null.
    void setWindow(QWindow* window) { m_window = window; }

private:
    void pick(const QString& title, const QString& startFolder, bool folder,
              std::function<void(QString)> picked);

    QWindow* m_window = nullptr;
};

}  // namespace tidemark::app
