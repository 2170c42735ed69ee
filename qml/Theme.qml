pragma Singleton
import QtQuick

// Every colour, size and distance of the look. `mode` is set once, by the window, from what the
// desktop and the settings say; all else follows from it.
QtObject {
    id: root

    enum Mode {
        Light,
        Dark,
        HighContrast
    }

    property int mode: Theme.Mode.Light // A Theme.Mode.
    readonly property bool highContrast: root.mode === Theme.Mode.HighContrast

    // High contrast takes the roles of the desktop's own palette.
    readonly property SystemPalette desktop: SystemPalette {
    }

    readonly property color window: pick("#f4f6f8", "#12191e", root.desktop.base)
    readonly property color sidebar: pick("#e9eef1", "#0d1317", root.desktop.base)
    readonly property color surface: pick("#ffffff", "#1a2329", root.desktop.base)
    readonly property color lane: pick("#ffffff", "#151d22", root.desktop.base)
    readonly property color raised: pick("#ffffff", "#212b32", root.desktop.base)
    readonly property color well: pick("#eef2f4", "#10171b", root.desktop.base)
    readonly property color hover: pick("#dfe6ea", "#222d35", root.desktop.base)
    readonly property color selected: pick("#d3e5ee", "#173c50", root.desktop.base)
    readonly property color line: pick("#dbe2e6", "#2c3841", root.desktop.text)
    readonly property color lineSoft: pick("#e9eef1", "#212b32", root.desktop.text)
    readonly property color control: pick("#7a8a95", "#71808b", root.desktop.text)
    readonly property color ink: pick("#14212b", "#e7eef2", root.desktop.text)
    readonly property color ink2: pick("#465763", "#b0bec8", root.desktop.text)
    readonly property color ink3: pick("#5b6a75", "#96a5b0", root.desktop.text)
    readonly property color accent: pick("#0b6690", "#63bbe2", root.desktop.highlight)
    readonly property color accentPress: pick("#084e6f", "#8fd0ee", root.desktop.highlight)
    readonly property color accentSoft: pick("#dcebf3", "#173648", root.desktop.base)
    readonly property color inkOnAccent: pick("#ffffff", "#06222f", root.desktop.highlightedText)
    readonly property color flow: pick("#4c93b4", "#4590b4", root.desktop.text)
    readonly property color kept: pick("#5a9c74", "#4f8f68", root.desktop.text)
    readonly property color ok: pick("#1f7a43", "#6fcf8c", root.desktop.text)
    readonly property color okSoft: pick("#e1f2e6", "#16331f", root.desktop.base)
    readonly property color warn: pick("#8f5200", "#f0b354", root.desktop.text)
    readonly property color warnFill: pick("#b96a00", "#f0b354", root.desktop.text)
    readonly property color warnSoft: pick("#fdf0d8", "#37290f", root.desktop.base)
    readonly property color warnLine: pick("#d9a650", "#8a6420", root.desktop.text)
    readonly property color bad: pick("#b3261e", "#ff8f85", root.desktop.text)
    readonly property color badSoft: pick("#fbe6e4", "#3d1b1a", root.desktop.base)
    readonly property color badLine: pick("#e0a19c", "#8c4641", root.desktop.text)
    readonly property color hatch: pick("#a9b5bd", "#56646e", root.desktop.text)
    readonly property color scrim: pick("#5c14212b", "#99040a0b", Qt.rgba(root.desktop.base.r, root.desktop.base.g, root.desktop.base.b, 0.7))

    // Edges of cards, buttons and fields.
    readonly property int edge: root.highContrast ? 2 : 1

    // Type: the system's font in these sizes.
    readonly property int textSmall: 11
    readonly property int textBody: 13
    readonly property int textHead: 15
    readonly property int textTitle: 20
    readonly property int textSentence: 28

    readonly property int radiusCard: 8
    readonly property int radiusControl: 6

    readonly property int heightButton: 32
    readonly property int heightButtonSmall: 28
    readonly property int heightButtonPrimary: 36
    readonly property int heightField: 32
    readonly property int heightRow: 32
    readonly property int heightChip: 24

    // Below it, the sidebar is a rail and pages take their small margins.
    readonly property int narrowWidth: 900

    function pick(light: color, dark: color, contrast: color): color {
        switch (root.mode) {
        case Theme.Mode.Dark:
            return dark;
        case Theme.Mode.HighContrast:
            return contrast;
        default:
            return light;
        }
    }
}
