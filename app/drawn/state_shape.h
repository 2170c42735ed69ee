#pragma once

#include "app/text/protection.h"

#include <QColor>
#include <QPainter>

namespace tidemark::app {

/// Draws the mark of `state` into `place`: its outline alone tells the state, so it also serves in
/// grey. `shape` colours the outline or disc, `inside` what is cut into a full one.
void paintState(QPainter& painter, const QRectF& place, Protection::State state, QColor shape,
                QColor inside);

}  // namespace tidemark::app
