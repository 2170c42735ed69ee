#pragma once

#include "core/engine/protection.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

/// Spelled like a type, since it is one to QML: `Protection.AtRisk`.
namespace tidemark::app::Protection {

Q_NAMESPACE
QML_ELEMENT

/// engine::Protection for QML: how safe a database is, from best to worst.
enum class State { Protected, CatchingUp, Waiting, Paused, AtRisk, Broken, NotSetUp };
Q_ENUM_NS(State)

[[nodiscard]] State fromEngine(engine::Protection state);

/// The state in a word or two: "At risk".
[[nodiscard]] QString word(State state);

}  // namespace tidemark::app::Protection
