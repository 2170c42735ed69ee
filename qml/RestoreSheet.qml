import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// How and where to restore the moment that is held. What runs is what the command shows.
Sheet {
    id: root

    required property RestoreOptions options

    signal accepted

    label: qsTr("Restore %1").arg(root.options.momentTime)
    dim: false
    onOpened: start.forceActiveFocus()

    component Label: Caption {
        Layout.topMargin: 16
        Layout.bottomMargin: 6
        color: Theme.ink3
        font.weight: Font.DemiBold
    }

    ScrollView {
        anchors.fill: parent
        implicitHeight: Math.min(form.implicitHeight, root.parent ? root.parent.height - 56 : form.implicitHeight)
        contentWidth: availableWidth

        ColumnLayout {
            id: form

            width: root.availableWidth
            spacing: 0

            RowLayout {
                Heading {
                    Layout.fillWidth: true
                    text: root.label
                }
                IconButton {
                    objectName: "close"
                    small: true
                    quiet: true
                    label: qsTr("Close")
                    iconPath: Icons.cross
                    onClicked: root.close()
                }
            }

            Label {
                Layout.topMargin: 4
                text: qsTr("Into")
            }
            RowLayout {
                spacing: 8

                PlaceField {
                    Layout.fillWidth: true
                    label: qsTr("Restore into")
                    text: root.options.folder
                    trailingText: root.options.freeSpace
                }
                ActionButton {
                    objectName: "change"
                    text: qsTr("Change…")
                    Accessible.name: qsTr("Change the folder")
                    onClicked: root.options.chooseFolder()
                }
            }
            Field {
                objectName: "fileName"
                Layout.topMargin: 8
                Layout.fillWidth: true
                label: qsTr("Name of the new file")
                iconPath: Icons.file
                text: root.options.fileName
                onEditingFinished: root.options.fileName = text
            }

            Label {
                text: qsTr("Check it afterwards")
            }
            RadioRow {
                objectName: "quick"
                Layout.fillWidth: true
                text: qsTr("Quick: digest and SQLite quick check")
                chosen: root.options.check === RestoreOptions.Quick
                onClicked: root.options.check = RestoreOptions.Quick
            }
            RadioRow {
                objectName: "full"
                Layout.fillWidth: true
                text: qsTr("Full: every index and constraint too")
                chosen: root.options.check === RestoreOptions.Full
                onClicked: root.options.check = RestoreOptions.Full
            }
            RadioRow {
                objectName: "none"
                Layout.fillWidth: true
                text: qsTr("None: only the checksums and the digest")
                chosen: root.options.check === RestoreOptions.None
                onClicked: root.options.check = RestoreOptions.None
            }

            Label {
                text: qsTr("The same in a terminal")
            }
            CommandBox {
                Layout.fillWidth: true
                command: root.options.command
                onCopyRequested: root.options.copyCommand()
            }

            RowLayout {
                Layout.topMargin: 16
                spacing: 8

                Caption {
                    Layout.fillWidth: true
                    text: qsTr("Never overwrites: an existing name gets “ (2)”.")
                    wrapMode: Text.Wrap
                }
                ActionButton {
                    objectName: "cancel"
                    text: qsTr("Cancel")
                    onClicked: root.close()
                }
                ActionButton {
                    id: start

                    objectName: "restore"
                    text: qsTr("Restore")
                    iconPath: Icons.restore
                    primary: true
                    onClicked: {
                        root.close();
                        root.accepted();
                    }
                }
            }
        }
    }
}
