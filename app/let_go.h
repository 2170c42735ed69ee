#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>

namespace tidemark::app {

/// Deletes what views may still look at: they let go of a row with one of their next frames, and
/// what they bind to must live until then. `owner` takes it along if it goes earlier.
template <typename T>
void letGo(std::unique_ptr<T> object, QObject* owner)
{
    constexpr std::chrono::seconds kLingers{1};
    T* const leaving = object.release();
    leaving->setParent(owner);
    QTimer::singleShot(kLingers, leaving, &QObject::deleteLater);
}

}  // namespace tidemark::app
