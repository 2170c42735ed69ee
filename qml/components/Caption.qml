import QtQuick
import Tidemark.Ui

// Second lines, axes, names of lanes.
Text {
    color: Theme.ink2
    font.pixelSize: Theme.textSmall
    lineHeight: 16
    lineHeightMode: Text.FixedHeight
    textFormat: Text.PlainText
    verticalAlignment: Text.AlignVCenter

    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
