import QtQuick
import Tidemark.App
import Tidemark.Ui

// One of Icons, in the colour of the text beside it. A screen reader skips it.
PathItem {
    id: root

    property real size: 16

    implicitWidth: root.size
    implicitHeight: root.size
    color: Theme.ink

    Accessible.ignored: true
}
