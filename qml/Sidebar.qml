pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Where one can go. Under 900 px a rail of marks.
Rectangle {
    id: root

    required property Session session
    required property bool compact
    required property int page // A Main.Page.
    property string databaseId
    property History replica: null

    signal homeChosen
    signal databaseChosen(int row)
    signal addChosen
    signal replicaChosen(int row)
    signal openChosen
    signal settingsChosen

    implicitWidth: root.compact ? 48 : 216
    color: Theme.sidebar

    Accessible.role: Accessible.PageTabList
    Accessible.name: qsTr("Places")

    component Section: Caption {
        visible: !root.compact
        Layout.topMargin: 16
        Layout.bottomMargin: 4
        Layout.leftMargin: 8
        color: Theme.ink3
        font.weight: Font.DemiBold
        Accessible.role: Accessible.Heading
    }

    component Divider: Hairline {
        visible: root.compact
        Layout.fillWidth: true
        Layout.margins: 4
        Layout.leftMargin: 8
        Layout.rightMargin: 8
    }

    component Row: SidebarRow {
        compact: root.compact
        Layout.fillWidth: true
    }

    Hairline {
        anchors.right: parent.right
        width: Theme.edge
        height: parent.height
    }

    ColumnLayout {
        anchors.fill: parent
        anchors.topMargin: root.compact ? 8 : 12
        anchors.bottomMargin: root.compact ? 8 : 12
        anchors.leftMargin: root.compact ? 4 : 8
        anchors.rightMargin: root.compact ? 4 : 9
        spacing: 0

        RowLayout {
            Layout.preferredHeight: 40
            Layout.leftMargin: 8
            Layout.bottomMargin: root.compact ? 0 : 8
            spacing: 8

            Logo {
            }
            Heading {
                visible: !root.compact
                text: "Tidemark"
                Accessible.ignored: true
            }
        }

        Row {
            objectName: "home"
            text: qsTr("Home")
            iconPath: Icons.home
            current: root.page === Main.Page.Home
            onClicked: root.homeChosen()
        }

        Flickable {
            id: flick

            Layout.fillWidth: true
            Layout.fillHeight: true
            contentHeight: list.implicitHeight
            clip: true
            boundsBehavior: Flickable.StopAtBounds

            ScrollBar.vertical: ScrollBar {
                policy: flick.contentHeight > flick.height ? ScrollBar.AsNeeded : ScrollBar.AlwaysOff
            }

            ColumnLayout {
                id: list

                width: flick.width
                spacing: 0

                Divider {
                }
                Section {
                    text: qsTr("Databases")
                }
                Caption {
                    visible: !root.compact && root.session.databases.count === 0
                    Layout.margins: 4
                    Layout.leftMargin: 8
                    text: qsTr("None yet. Drop one here.")
                    color: Theme.ink3
                }
                Repeater {
                    objectName: "databaseRows"
                    model: root.session.databases

                    Row {
                        id: databaseRow

                        required property int index
                        required property Database database

                        text: databaseRow.database.name
                        description: qsTr("%1 in %2: %3").arg(databaseRow.database.name).arg(databaseRow.database.folder).arg(databaseRow.database.word)
                        protection: databaseRow.database.protection
                        trailingText: databaseRow.database.age
                        current: databaseRow.database.databaseId === (root.page === Main.Page.Add ? root.session.adding.databaseId : root.page === Main.Page.Database ? root.databaseId : "")
                        onClicked: root.databaseChosen(databaseRow.index)
                    }
                }
                Row {
                    objectName: "add"
                    text: qsTr("Add database…")
                    iconPath: Icons.plus
                    current: root.page === Main.Page.Add && root.session.adding.databaseId === ""
                    onClicked: root.addChosen()
                }
                Section {
                    text: qsTr("Replicas")
                }
                Divider {
                    visible: root.compact && root.session.replicas.count > 0
                }
                Repeater {
                    objectName: "replicaRows"
                    model: root.session.replicas

                    Row {
                        id: replicaRow

                        required property int index
                        required property History history

                        text: replicaRow.history.name
                        description: qsTr("%1, read only, in %2").arg(replicaRow.history.name).arg(replicaRow.history.place)
                        iconPath: Icons.eye
                        trailingText: qsTr("read only")
                        current: root.page === Main.Page.Replica && root.replica === replicaRow.history
                        onClicked: root.replicaChosen(replicaRow.index)
                    }
                }
                Row {
                    objectName: "open"
                    text: qsTr("Open a replica…")
                    iconPath: Icons.openFolder
                    current: root.page === Main.Page.Open
                    onClicked: root.openChosen()
                }
            }
        }

        Row {
            objectName: "settings"
            text: qsTr("Settings")
            iconPath: Icons.settings
            current: root.page === Main.Page.Settings
            onClicked: root.settingsChosen()
        }
    }
}
