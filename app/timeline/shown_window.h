#pragma once

#include "app/timeline/window_choice.h"

#include <optional>

namespace tidemark::app::timeline {

/// The stretch of a history that is shown while a person moves it, and whether it goes with the end
/// of the history, which is now while that goes on. It follows when it was moved to the end, and
/// stays when it was moved away. `extent` is always what there is at the moment of the call.
class ShownWindow {
public:
    [[nodiscard]] const ViewWindow& view() const { return m_view; }
    [[nodiscard]] bool followsEnd() const { return m_followsEnd; }

    /// Where nobody has moved it yet; whether it follows stays as it was.
    void begin(const ViewWindow& view) { m_view = view; }

    /// As far as there is anything.
    void show(const ViewWindow& view, const Extent& extent);
    /// What is at `anchorMs` stays where it is; see zoomedFollowing().
    void zoom(double factor, Millis anchorMs, const Extent& extent);
    void pan(Millis byMs, const Extent& extent);
    /// To the end, as long as it is; it follows from then on.
    void followEnd(const Extent& extent);
    /// So that `ms` is seen.
    void reveal(Millis ms, const Extent& extent);
    /// The history has grown, or is another one.
    void keepUp(const Extent& extent);

    /// What stays where it is when no pointer says it: `heldMs` if that is in view.
    [[nodiscard]] Millis zoomAnchor(std::optional<Millis> heldMs) const;

private:
    ViewWindow m_view;
    bool m_followsEnd = true;
};

}  // namespace tidemark::app::timeline
