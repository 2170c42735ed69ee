import QtQuick
import Tidemark.Ui

// A name or the head of a section; `size` makes it the name of a page or the one sentence.
Text {
    id: root

    property int size: Theme.textHead

    color: Theme.ink
    font.pixelSize: root.size
    font.weight: Font.DemiBold
    textFormat: Text.PlainText
    verticalAlignment: Text.AlignVCenter

    Accessible.role: Accessible.Heading
    Accessible.name: text
}
