import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// A replica that was opened to be looked at and restored from.
FocusScope {
    id: root

    required property History history

    readonly property bool small: root.width < 700

    signal closeRequested

    function restore() {
        view.restore();
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        RowLayout {
            Layout.leftMargin: root.small ? 12 : 24
            Layout.rightMargin: root.small ? 12 : 24
            Layout.topMargin: root.small ? 8 : 12
            Layout.bottomMargin: root.small ? 8 : 12
            Layout.preferredHeight: 32
            spacing: 12

            Icon {
                size: 20
                path: Icons.eye
                color: Theme.ink2
            }
            Heading {
                objectName: "title"
                text: root.history.name
                size: Theme.textTitle
                elide: Text.ElideMiddle
                Layout.maximumWidth: 320
            }
            Body {
                Layout.fillWidth: true
                text: qsTr("Read only · %1").arg(root.history.place)
                color: Theme.ink2
                elide: Text.ElideMiddle
            }
            ActionButton {
                objectName: "reload"
                visible: !root.small
                small: true
                enabled: root.history.stage !== History.Reading
                text: qsTr("Read again")
                onClicked: root.history.reload()
            }
            TimelineActions {
                page: view.timeline
                small: root.width < 960
            }
            IconButton {
                objectName: "close"
                small: true
                quiet: true
                label: qsTr("Take %1 out of the sidebar").arg(root.history.name)
                iconPath: Icons.cross
                onClicked: root.closeRequested()
            }
        }
        Hairline {
            Layout.fillWidth: true
        }
        HistoryView {
            id: view

            Layout.fillWidth: true
            Layout.fillHeight: true
            focus: true
            history: root.history
        }
    }
}
