#pragma once

#include <QAbstractFileIconProvider>

namespace tidemark::app {

/// Icons for a file dialog that are chosen without opening any file. Qt's own provider reads the
/// first bytes of a file to know its type, and closing a followed database in this process would
/// drop every lock that SQLite holds on it. (The dialogs of some platforms do the same, so ours is
/// always Qt's.)
class PlainIconProvider final : public QAbstractFileIconProvider {
public:
    [[nodiscard]] QIcon icon(IconType type) const override;
    [[nodiscard]] QIcon icon(const QFileInfo& file) const override;
    [[nodiscard]] QString type(const QFileInfo& file) const override;
};

}  // namespace tidemark::app
