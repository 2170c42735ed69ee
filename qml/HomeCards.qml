pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// A card a database, below the heads of what they show.
Item {
    id: root

    required property Session session
    required property int margin

    // A focus ring reaches beyond its card, and the list cuts off what reaches beyond the list.
    readonly property int ring: 8
    readonly property bool roomy: root.width - 2 * root.margin >= 960

    signal databaseChosen(string databaseId)

    component Head: Caption {
        color: Theme.ink3
        font.weight: Font.DemiBold
        height: 16
        Accessible.ignored: true
    }

    Item {
        id: heads

        x: root.margin
        height: root.roomy ? 20 : 0
        visible: root.roomy

        Head {
            x: 17
            text: qsTr("Databases")
        }
        Head {
            x: 280
            text: qsTr("Last 24 hours")
        }
        Head {
            x: 560
            text: qsTr("Last 30 days")
        }
        Head {
            x: 816
            text: qsTr("Replicas")
        }
    }

    ListView {
        id: cards

        objectName: "cards"
        anchors.fill: parent
        anchors.topMargin: heads.height
        anchors.leftMargin: root.margin - root.ring
        anchors.rightMargin: root.margin - root.ring
        topMargin: root.ring / 2
        bottomMargin: 24
        spacing: root.margin < 32 ? 8 : 12
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: root.session.databases

        Accessible.role: Accessible.List
        Accessible.name: qsTr("Databases")

        ScrollBar.vertical: ScrollBar {
        }

        delegate: DatabaseCard {
            id: card

            x: root.ring
            width: cards.width - 2 * root.ring
            history: root.session.historyOf(card.database.databaseId)
            onClicked: root.databaseChosen(card.database.databaseId)
            onRetryRequested: root.session.retry(card.database.databaseId)
            onResumeRequested: root.session.resume(card.database.databaseId)
            Component.onCompleted: card.history?.open()
        }
    }
}
