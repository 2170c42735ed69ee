#pragma once

#include <QString>

#include <functional>

namespace tidemark::app {

/// What the window asks of the desktop around it. For the GUI thread; no call blocks.
class DesktopPort {
public:
    virtual ~DesktopPort() = default;

    /// Opens the file manager with the file selected, or at least its folder.
    virtual void showInFolder(const QString& path) = 0;

    /// Into the clipboard.
    virtual void copy(const QString& text) = 0;

    /// Lets the person choose an existing file; no call of `picked` when it was called off.
    virtual void pickFile(const QString& title, const QString& startFolder,
                          std::function<void(QString)> picked) = 0;

    /// Lets the person choose a folder, an existing one or one made in the dialog.
    virtual void pickFolder(const QString& title, const QString& startFolder,
                            std::function<void(QString)> picked) = 0;
};

}  // namespace tidemark::app
