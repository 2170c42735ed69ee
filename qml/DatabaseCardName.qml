import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Which database, and how safe it is: the left end of a card.
RowLayout {
    id: root

    required property Database database
    property bool small: false

    readonly property bool atRisk: root.database.protection === Protection.AtRisk
    readonly property bool broken: root.database.protection === Protection.Broken

    spacing: 12

    StateMark {
        Layout.alignment: Qt.AlignTop
        Layout.topMargin: 2
        protection: root.database.protection
    }
    ColumnLayout {
        Layout.fillWidth: true
        spacing: 0

        Heading {
            id: name

            Layout.fillWidth: true
            text: root.database.name
            elide: Text.ElideMiddle
            Accessible.ignored: true

            WholeText {
            }
        }
        Caption {
            id: folder

            Layout.fillWidth: true
            text: root.database.size === "" ? root.database.folder : qsTr("%1 · %2").arg(root.database.folder).arg(root.database.size)
            color: Theme.ink3
            elide: Text.ElideMiddle

            WholeText {
            }
        }
        RowLayout {
            Layout.topMargin: root.small ? 2 : 6
            Layout.fillWidth: true
            spacing: 4

            Body {
                objectName: "word"
                text: root.database.word
                color: root.atRisk ? Theme.warn : root.broken ? Theme.bad : Theme.ink
                font.weight: root.atRisk || root.broken ? Font.DemiBold : Font.Medium
            }
            Body {
                objectName: "detail"
                Layout.fillWidth: true
                text: root.database.detail === "" ? "" : qsTr("· %1").arg(root.database.detail)
                color: Theme.ink2
                elide: Text.ElideRight
            }
        }
        RowLayout {
            visible: !root.small && root.database.proof !== ""
            spacing: 4

            Icon {
                path: Icons.shield
                size: 12
                color: Theme.ink2
            }
            Caption {
                Layout.fillWidth: true
                text: root.database.proof
                elide: Text.ElideRight

                WholeText {
                }
            }
        }
        ReplicaMarks {
            visible: root.small
            Layout.topMargin: 4
            replicas: root.database.replicas
        }
    }
}
