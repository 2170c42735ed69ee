import QtQuick
import QtQuick.Layouts
import Tidemark.Ui

// A short fact in a rounded frame.
Rectangle {
    id: root

    enum Kind {
        Plain,
        Good,
        Warning,
        Bad,
        Accent
    }

    property int kind: Chip.Kind.Plain // A Chip.Kind.
    property alias text: label.text
    property string iconPath

    readonly property color tone: [Theme.ink, Theme.ok, Theme.warn, Theme.bad, Theme.accent][root.kind]

    implicitWidth: row.implicitWidth + 20
    implicitHeight: Theme.heightChip
    radius: height / 2
    color: [Theme.surface, Theme.okSoft, Theme.warnSoft, Theme.badSoft, Theme.accentSoft][root.kind]
    border.width: Theme.edge
    border.color: [Theme.line, Theme.okSoft, Theme.warnLine, Theme.badLine, Theme.accentSoft][root.kind]

    RowLayout {
        id: row

        anchors.centerIn: parent
        spacing: 6

        Icon {
            visible: root.iconPath !== ""
            path: root.iconPath
            size: 14
            color: root.tone
        }
        Caption {
            id: label

            font.weight: Font.Medium
            color: root.tone
        }
    }
}
