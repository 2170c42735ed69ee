#include "app/text/translated.h"

#include <QCoreApplication>

namespace tidemark::app {

QString translated(const Message& message)
{
    if (message.source.empty()) {
        return {};
    }
    // Translate first, then fill in: translators see the places, not the values.
    const QString pattern =
        QCoreApplication::translate(message.context.data(), message.source.data());
    return QString::fromStdString(filled(pattern.toStdString(), message.arguments));
}

}  // namespace tidemark::app
