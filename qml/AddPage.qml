pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// Adding a database: choose, start, watch the first snapshot, see it proven.
Item {
    id: root

    required property AddDatabase adding
    property bool hasTray: true

    signal timelineRequested(string databaseId)

    ScrollView {
        id: scroll

        anchors.fill: parent
        contentWidth: availableWidth
        contentHeight: pages.height + pages.y + 24

        PageHolder {
            id: pages

            x: Math.max(24, (scroll.availableWidth - width) / 2)
            y: root.height < 620 ? 20 : root.adding.stage <= AddDatabase.Ready ? 48 : 112
            width: Math.min(640, scroll.availableWidth - 48)
            height: implicitHeight
            fillsHeight: false
            focus: true
            page: root.adding.stage <= AddDatabase.Ready ? choosing : running
        }
    }

    Component {
        id: choosing

        AddChoosing {
            adding: root.adding
        }
    }

    Component {
        id: running

        AddRunning {
            adding: root.adding
            hasTray: root.hasTray
            onTimelineRequested: root.timelineRequested(root.adding.databaseId)
        }
    }
}
