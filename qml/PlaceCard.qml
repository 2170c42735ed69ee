import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What is asked of one kind of place: its fields, where its secrets go, and what is rarely needed.
Card {
    id: root

    required property PlaceForm form
    property bool picks: true // Folders and files can be chosen in a dialog.
    property bool opened: false // What is rarely needed is shown.

    signal accepted

    implicitHeight: column.implicitHeight + 32

    ColumnLayout {
        id: column

        x: 16
        y: 16
        width: parent.width - 32
        spacing: 12

        PlaceFields {
            id: fields

            Layout.fillWidth: true
            form: root.form
            fields: root.form.fields
            picks: root.picks
            onAccepted: root.accepted()
        }
        RowLayout {
            visible: root.form.hasSecrets && root.form.keyringProblem === ""
            Layout.leftMargin: fields.narrow ? 0 : fields.labelWidth + 16
            spacing: 8

            Icon {
                size: 14
                path: Icons.key
                color: Theme.ink2
            }
            Caption {
                objectName: "keyring"
                Layout.fillWidth: true
                text: qsTr("Kept in your keyring, never in a file.")
                wrapMode: Text.Wrap
            }
        }
        Notice {
            objectName: "noKeyring"
            visible: root.form.hasSecrets && root.form.keyringProblem !== ""
            Layout.fillWidth: true
            protection: Protection.AtRisk
            text: root.form.keyringProblem
            secondText: root.form.keyringAdvice
        }
        Hairline {
            visible: root.form.hasMore
            Layout.fillWidth: true
        }
        ActionButton {
            objectName: "more"
            visible: root.form.hasMore
            Layout.maximumWidth: column.width
            small: true
            quiet: true
            iconPath: root.opened ? Icons.down : Icons.right
            text: root.form.moreWords
            Accessible.role: Accessible.Button
            Accessible.name: root.opened ? qsTr("Show less: %1").arg(root.form.moreWords) : qsTr("Show more: %1").arg(root.form.moreWords)
            onClicked: root.opened = !root.opened
        }
        PlaceFields {
            visible: root.form.hasMore && root.opened
            Layout.fillWidth: true
            form: root.form
            fields: root.form.more
            onAccepted: root.accepted()
        }
    }
}
