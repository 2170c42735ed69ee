pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.Ui

// Every key that does something.
Sheet {
    id: root

    label: qsTr("Keys")
    anchors.centerIn: parent
    width: Math.min(960, (parent?.width ?? 960) - 32)

    readonly property int columns: root.width > 800 ? 3 : root.width > 540 ? 2 : 1

    readonly property var everywhere: [[qsTr("Home"), ["Ctrl 0"]], [qsTr("Database 1 to 9"), ["Ctrl 1", "…", "9"]], [qsTr("Add a database"), ["Ctrl N"]], [qsTr("Add a replica"), ["Ctrl ⇧ N"]], [qsTr("Open a replica"), ["Ctrl O"]], [qsTr("Next, previous tab"), ["Ctrl Tab", "⇧"]], [qsTr("Restore the moment"), ["Ctrl R"]], [qsTr("Settings"), ["Ctrl ,"]], [qsTr("These keys"), ["?"]], [qsTr("Close the window"), ["Ctrl W"]], [qsTr("Quit"), ["Ctrl Q"]]]
    readonly property var go: [[qsTr("One moment"), ["←", "→"]], [qsTr("Ten moments"), ["Shift", "← →"]], [qsTr("An hour"), ["PgUp", "PgDn"]], [qsTr("A day"), ["Ctrl", "← →"]], [qsTr("First, last"), ["Home", "End"]], [qsTr("Now"), ["N"]], [qsTr("Next event"), ["E"]], [qsTr("Event before"), ["Shift", "E"]], [qsTr("Go to a time"), ["G"]]]
    readonly property var see: [[qsTr("Zoom"), ["+", "−"]], [qsTr("Zoom about the pointer"), ["Ctrl", "wheel"]], [qsTr("Everything"), ["0"]], [qsTr("List or timeline"), ["L"]], [qsTr("Restore to a new file"), ["Enter"]]]

    component Group: ColumnLayout {
        id: group

        required property string title
        required property var keys // Pairs: what, and a list of keys.

        Layout.fillWidth: true
        Layout.alignment: Qt.AlignTop
        spacing: 0

        Heading {
            Layout.bottomMargin: 4
            text: group.title
        }
        Repeater {
            model: group.keys

            RowLayout {
                id: line

                required property var modelData

                Layout.fillWidth: true
                Layout.preferredHeight: 28
                spacing: 8

                Accessible.role: Accessible.StaticText
                Accessible.name: qsTr("%1: %2").arg(line.modelData[0]).arg(line.modelData[1].join(" "))

                Body {
                    Layout.fillWidth: true
                    text: line.modelData[0]
                    elide: Text.ElideRight
                    Accessible.ignored: true
                }
                Repeater {
                    model: line.modelData[1]

                    KeyCap {
                        required property string modelData

                        text: modelData
                    }
                }
            }
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 8

        RowLayout {
            Heading {
                Layout.fillWidth: true
                text: root.label
                size: Theme.textTitle
            }
            IconButton {
                objectName: "close"
                small: true
                quiet: true
                focus: true
                label: qsTr("Close")
                iconPath: Icons.cross
                onClicked: root.close()
            }
        }
        ScrollView {
            Layout.fillWidth: true
            Layout.preferredHeight: Math.min(groups.implicitHeight, (root.parent?.height ?? 800) - 140)
            contentWidth: availableWidth

            GridLayout {
                id: groups

                width: root.availableWidth - 16
                columns: root.columns
                columnSpacing: 32
                rowSpacing: 16

                Group {
                    title: qsTr("Everywhere")
                    keys: root.everywhere
                }
                Group {
                    title: qsTr("Timeline: go")
                    keys: root.go
                }
                Group {
                    title: qsTr("Timeline: see and restore")
                    keys: root.see
                }
            }
        }
    }
}
