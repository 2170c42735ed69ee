#pragma once

#include <QPainterPath>
#include <QStringView>

namespace tidemark::app {

/// The path that `data`, in the language of SVG's `d` attribute, describes. Knows M L H V C S A Z
/// in both cases; arcs of unturned ellipses. Data are our own icons, so anything else is a mistake
/// of ours and asserted.
[[nodiscard]] QPainterPath pathFromSvg(QStringView data);

}  // namespace tidemark::app
