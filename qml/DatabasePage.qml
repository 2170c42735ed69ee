pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One followed database: its state in the head, below it the view of the chosen tab.
FocusScope {
    id: root

    required property Session session
    required property Database database
    required property History history
    property int tab: 0 // 0 is the timeline, 1 the protection.

    signal replicaRequested

    readonly property bool small: root.width < 700
    readonly property var stateParts: [root.database.word, root.database.detail, root.database.proofWithin]

    function restore() {
        if (root.tab === 0) {
            view.restore();
        }
    }
    function showProtection() {
        root.tab = 1;
    }
    function nextTab(by: int) {
        root.tab = (root.tab + 2 + by) % 2;
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0

        RowLayout {
            Layout.leftMargin: root.small ? 12 : 24
            Layout.rightMargin: root.small ? 12 : 24
            Layout.topMargin: root.small ? 8 : 12
            Layout.preferredHeight: 32
            spacing: 12

            StateMark {
                size: 20
                protection: root.database.protection
                inside: Theme.window
            }
            Heading {
                objectName: "title"
                text: root.database.name
                size: Theme.textTitle
                elide: Text.ElideMiddle
                Layout.maximumWidth: 320
            }
            Body {
                objectName: "state"
                Layout.fillWidth: true
                text: root.stateParts.filter(part => part !== "").join(" · ")
                color: Theme.ink2
                elide: Text.ElideRight
            }
            TimelineActions {
                visible: root.tab === 0
                page: view.timeline
                small: root.width < 900
            }
        }
        Row {
            Layout.leftMargin: root.small ? 12 : 24
            Layout.topMargin: root.small ? 0 : 4
            spacing: 24

            Accessible.role: Accessible.PageTabList
            Accessible.name: qsTr("Views of %1").arg(root.database.name)

            PageTab {
                objectName: "timelineTab"
                text: qsTr("Timeline")
                current: root.tab === 0
                onClicked: root.tab = 0
            }
            PageTab {
                objectName: "protectionTab"
                text: qsTr("Protection")
                current: root.tab === 1
                onClicked: root.tab = 1
            }
        }
        Hairline {
            Layout.fillWidth: true
        }
        HistoryView {
            id: view

            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.tab === 0
            focus: root.tab === 0
            history: root.history
        }
        ProtectionView {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.tab === 1
            session: root.session
            database: root.database
            onReplicaRequested: root.replicaRequested()
        }
    }
}
