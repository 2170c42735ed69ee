pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// The same moments as rows, for the keyboard and for who listens.
Rectangle {
    id: root

    required property TimelineController controller
    readonly property alias view: list

    signal restoreRequested
    signal timelineRequested

    readonly property bool narrow: root.width < 700
    readonly property int inset: root.narrow ? 12 : 24
    readonly property var columns: {
        const scale = root.narrow ? 0.8 : 1;
        const age = root.inset + 124;
        const number = age + 110 * scale;
        const pages = number + 120 * scale;
        const event = pages + 96;
        const stored = root.width - root.inset - 96;
        return {
            "time": {
                "x": root.inset,
                "width": 112
            },
            "age": {
                "x": age,
                "width": 100
            },
            "number": {
                "x": number,
                "width": 84
            },
            "pages": {
                "x": pages,
                "width": 64
            },
            "event": {
                "x": event,
                "width": stored - event
            },
            "stored": {
                "x": stored,
                "width": 96
            }
        };
    }

    color: Theme.lane

    MomentListModel {
        id: moments

        controller: root.controller
        active: root.visible
    }

    Item {
        id: heads

        width: parent.width
        height: 28

        ListHead {
            x: root.columns.time.x
            width: root.columns.time.width
            moments: moments
            sortKey: MomentListModel.Time
            text: qsTr("Time (%1)").arg(root.controller.zoneAbbreviation)
        }
        ListHead {
            x: root.columns.age.x
            width: root.columns.age.width
            moments: moments
            text: qsTr("Age")
        }
        ListHead {
            x: root.columns.number.x
            width: root.columns.number.width
            moments: moments
            text: qsTr("Moment")
        }
        ListHead {
            x: root.columns.pages.x - 20
            width: root.columns.pages.width + 20
            alignRight: true
            moments: moments
            sortKey: MomentListModel.Pages
            text: qsTr("Pages")
        }
        ListHead {
            x: root.columns.event.x
            width: Math.min(120, root.columns.event.width)
            moments: moments
            sortKey: MomentListModel.Event
            text: qsTr("Event")
        }
        ListHead {
            x: root.columns.stored.x
            width: root.columns.stored.width
            alignRight: true
            moments: moments
            sortKey: MomentListModel.Stored
            text: qsTr("Stored")
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }

    ListView {
        id: list

        objectName: "momentList"
        anchors.fill: parent
        anchors.topMargin: heads.height
        clip: true
        focus: true
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        model: moments
        reuseItems: true
        keyNavigationEnabled: false
        highlightFollowsCurrentItem: false

        Accessible.role: Accessible.List
        Accessible.name: qsTr("Moments, %1").arg(root.controller.rangeText)
        Accessible.description: root.controller.momentDescription

        ScrollBar.vertical: ScrollBar {
        }

        delegate: MomentRow {
            width: list.width
            columns: root.columns
            onClicked: {
                list.forceActiveFocus(Qt.MouseFocusReason);
                moments.hold(index);
            }
            onDoubleClicked: root.restoreRequested()
        }

        function move(rows: int) {
            const from = moments.currentRow < 0 ? 0 : moments.currentRow + rows;
            moments.hold(Math.max(0, Math.min(moments.count - 1, from)));
        }

        readonly property int page: Math.max(1, Math.floor(height / 32) - 1)

        Keys.onUpPressed: move(-1)
        Keys.onDownPressed: move(1)
        Keys.onReturnPressed: root.restoreRequested()
        Keys.onEnterPressed: root.restoreRequested()
        Keys.onPressed: event => {
            event.accepted = true;
            switch (event.key) {
            case Qt.Key_PageUp:
                return move(-page);
            case Qt.Key_PageDown:
                return move(page);
            case Qt.Key_Home:
                return moments.hold(0);
            case Qt.Key_End:
                return moments.hold(moments.count - 1);
            }
            event.accepted = false;
        }
    }

    Connections {
        target: moments

        function onCurrentRowChanged() {
            if (moments.currentRow >= 0) {
                list.positionViewAtIndex(moments.currentRow, ListView.Contain);
            }
        }
    }

    Body {
        anchors.centerIn: parent
        visible: list.count === 0
        color: Theme.ink2
        text: qsTr("No moment in this stretch of time.")
    }
}
