pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What stands at the right end of the page's head: the zone, Go to and the list. It drives `page`.
RowLayout {
    id: root

    required property TimelinePage page
    property bool small: false

    spacing: root.small ? 8 : 12

    ActionButton {
        id: zone

        objectName: "zone"
        visible: !root.small
        small: true
        iconPath: Icons.globe
        trailingIconPath: Icons.down
        text: root.page.controller.zoneText
        Accessible.role: Accessible.ButtonMenu
        Accessible.name: qsTr("Times are shown in: %1").arg(text)
        onClicked: zones.open()

        Menu {
            id: zones

            y: zone.height + 4

            MenuItem {
                text: qsTr("Local time")
                checkable: true
                checked: root.page.controller.zone === TimelineController.Local
                onTriggered: root.page.controller.zone = TimelineController.Local
            }
            MenuItem {
                text: qsTr("UTC")
                checkable: true
                checked: root.page.controller.zone === TimelineController.Utc
                onTriggered: root.page.controller.zone = TimelineController.Utc
            }
        }
    }
    ActionButton {
        visible: !root.small
        objectName: "goTo"
        small: true
        iconPath: Icons.target
        keyHint: "G"
        text: qsTr("Go to\u2026")
        onClicked: root.page.openGoTo()
    }
    IconButton {
        visible: root.small
        small: true
        iconPath: Icons.target
        label: qsTr("Go to\u2026")
        onClicked: root.page.openGoTo()
    }
    ActionButton {
        visible: !root.small
        objectName: "list"
        small: true
        flagged: root.page.listShown
        iconPath: Icons.list
        text: qsTr("List")
        Accessible.checkable: true
        Accessible.checked: root.page.listShown
        onClicked: root.page.toggleList()
    }
    IconButton {
        visible: root.small
        small: true
        flagged: root.page.listShown
        iconPath: Icons.list
        label: qsTr("List")
        Accessible.checkable: true
        Accessible.checked: root.page.listShown
        onClicked: root.page.toggleList()
    }
}
