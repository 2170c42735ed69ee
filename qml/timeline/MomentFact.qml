import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// One fact of a moment: its name and what it is; a dash while it is not known.
RowLayout {
    id: root

    required property string name
    required property string value

    spacing: 0

    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2").arg(root.name).arg(root.value === "" ? qsTr("not known yet") : root.value)

    Body {
        Layout.preferredWidth: 112
        color: Theme.ink2
        text: root.name
        Accessible.ignored: true
    }
    Body {
        Layout.fillWidth: true
        elide: Text.ElideRight
        text: root.value === "" ? "\u2013" : root.value
        Accessible.ignored: true
    }
}
