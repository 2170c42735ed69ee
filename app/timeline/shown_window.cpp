#include "app/timeline/shown_window.h"

namespace tidemark::app::timeline {

void ShownWindow::show(const ViewWindow& view, const Extent& extent)
{
    m_view = clamped(view, extent.limits);
    m_followsEnd = endsAtEnd(m_view, extent);
}

void ShownWindow::zoom(double factor, Millis anchorMs, const Extent& extent)
{
    show(m_followsEnd ? zoomedFollowing(m_view, factor, anchorMs, extent)
                      : zoomed(m_view, factor, anchorMs, extent.limits),
         extent);
}

void ShownWindow::pan(Millis byMs, const Extent& extent)
{
    show(panned(m_view, byMs, extent.limits), extent);
}

void ShownWindow::followEnd(const Extent& extent)
{
    show(endingAtNow(m_view, extent.endMs, extent.limits), extent);
}

void ShownWindow::reveal(Millis ms, const Extent& extent)
{
    show(revealing(m_view, ms, extent.limits), extent);
}

void ShownWindow::keepUp(const Extent& extent)
{
    if (m_followsEnd) {
        followEnd(extent);
    } else {
        show(m_view, extent);
    }
}

Millis ShownWindow::zoomAnchor(std::optional<Millis> heldMs) const
{
    return heldMs && m_view.contains(*heldMs) ? *heldMs : m_view.fromMs + m_view.spanMs() / 2;
}

}  // namespace tidemark::app::timeline
