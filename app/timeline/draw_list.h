#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace tidemark::app::timeline {

/// What a colour is for; the palette gives it its value (light, dark, high contrast).
enum class Tone : std::uint8_t {
    Window,
    Lane,
    Raised,
    Well,
    Line,
    LineSoft,
    Control,
    Ink,
    Ink2,
    Ink3,
    Accent,
    OnAccent,
    Flow,
    Hatch,
    Ok,
};
inline constexpr int kToneCount = 15;

/// An upright rectangle; layouts put its edges on whole device pixels, so that every renderer fills
/// the same ones.
struct Box {
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;
    Tone tone = Tone::Ink;
    float opacity = 1;

    bool operator==(const Box&) const = default;
};

/// Lines at 45 degrees over a filled rectangle: a gap.
struct Hatching {
    QRectF rect = {};
    double originX = 0;  ///< Where its lines are counted from, so that they move with the gap.

    bool operator==(const Hatching&) const = default;
};

/// A rectangle with round corners.
struct Pill {
    QRectF rect = {};
    double radius = 0;
    Tone fill = Tone::Lane;
    Tone edge = Tone::Lane;  ///< Like `fill`: no edge.

    bool operator==(const Pill&) const = default;
};

struct Glyph {
    enum class Kind : std::uint8_t {
        Dot,            ///< A moment alone; the centre of its disc.
        Snapshot,       ///< Full triangle, up.
        SmallSnapshot,  ///< The same, 9 x 8.
        Drill,          ///< Shield with a check.
        Restore,        ///< Ring with a turning arrow.
        RestoreFrom,    ///< Small ring at the moment that was restored.
        CursorCap,      ///< Its point stands on the centre.
        AskedCap,       ///< The same, hollow.
        Grip,           ///< Handle of the overview's window.
    };

    Kind kind = Kind::Dot;
    QPointF centre = {};
    Tone tone = Tone::Ink2;

    bool operator==(const Glyph&) const = default;
};

enum class Align : std::uint8_t { Left, Centre, Right };

struct Words {
    QString text = {};
    double x = 0;         ///< Of the side that `align` names.
    double baseline = 0;  ///< Its y.
    Tone tone = Tone::Ink2;
    bool semibold = false;
    Align align = Align::Left;

    bool operator==(const Words&) const = default;
};

/// Drawn in the order of its members.
struct Layer {
    std::vector<Box> boxes = {};
    std::vector<Hatching> hatchings = {};
    std::vector<Pill> pills = {};
    std::vector<Glyph> glyphs = {};
    std::vector<Words> words = {};

    [[nodiscard]] bool onlyBoxes() const
    {
        return hatchings.empty() && pills.empty() && glyphs.empty() && words.empty();
    }

    bool operator==(const Layer&) const = default;
};

/// From below.
enum class LayerName : std::uint8_t { Lane, Hatch, Gaps, Columns, Events, Cursor, Hover };
inline constexpr std::size_t kLayerCount = 7;

/// A picture as a value, in logical pixels: what both renderers draw and what tests read.
struct DrawList {
    double widthPx = 0;
    double heightPx = 0;
    std::array<Layer, kLayerCount> layers = {};

    [[nodiscard]] Layer& at(LayerName name) { return layers[static_cast<std::size_t>(name)]; }
    [[nodiscard]] const Layer& at(LayerName name) const
    {
        return layers[static_cast<std::size_t>(name)];
    }

    bool operator==(const DrawList&) const = default;
};

/// The width of a line of text in logical pixels.
using MeasureText = std::function<double(const QString& text, bool semibold)>;

}  // namespace tidemark::app::timeline
