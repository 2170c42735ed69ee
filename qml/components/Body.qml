import QtQuick
import Tidemark.Ui

// Text of the ordinary size.
Text {
    color: Theme.ink
    font.pixelSize: Theme.textBody
    lineHeight: 20
    lineHeightMode: Text.FixedHeight
    textFormat: Text.PlainText
    linkColor: Theme.accent
    verticalAlignment: Text.AlignVCenter

    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
