pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// A line a database, the least safe first: for so many that cards would not show them.
Item {
    id: root

    required property Session session
    required property int margin

    readonly property bool roomy: card.width >= 960

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
        width: card.width
        height: root.roomy ? 24 : 0
        visible: root.roomy

        Head {
            x: 45
            text: qsTr("Database")
        }
        Head {
            x: 193
            text: qsTr("State")
        }
        Head {
            x: heads.width - 467
            text: qsTr("24 hours")
        }
        Head {
            x: heads.width - 343
            text: qsTr("30 days")
        }
        Head {
            x: heads.width - 181
            text: qsTr("Replicas")
        }
    }

    Card {
        id: card

        x: root.margin
        y: heads.height
        width: parent.width - 2 * root.margin
        height: Math.min(rows.contentHeight + 2, parent.height - heads.height - 12)

        ListView {
            id: rows

            objectName: "rows"
            anchors.fill: parent
            anchors.margins: 1
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: root.session.worstFirst

            Accessible.role: Accessible.List
            Accessible.name: qsTr("Databases, the least safe first")

            ScrollBar.vertical: ScrollBar {
            }

            delegate: DatabaseRow {
                id: row

                required property int index

                width: rows.width
                first: row.index === 0
                history: root.session.historyOf(row.database.databaseId)
                onClicked: root.databaseChosen(row.database.databaseId)
                onRetryRequested: root.session.retry(row.database.databaseId)
                onResumeRequested: root.session.resume(row.database.databaseId)
                Component.onCompleted: row.history?.open()
            }
        }
    }
}
