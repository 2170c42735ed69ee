pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Below the page's head: all history, the stretch that is looked at, the moment that is held.
FocusScope {
    id: root

    required property TimelineController controller
    required property string restoreHint // "shop-20260917-143106.db · 612 MB · about 3 s"
    property bool canRestore: true
    property bool listShown: false
    // Stands where the moment's panel stands while it is set: a restore that runs or has ended.
    property Component panelInstead: null

    readonly property bool small: root.width < 700 || root.height < 600
    // What a restore says needs the room of the timeline.
    readonly property bool crowded: root.small && root.panelInstead !== null
    readonly property bool ready: !root.controller.loading && root.controller.momentCount > 0

    signal restoreRequested
    signal restoreOptionsRequested
    signal copyCommandRequested

    function openGoTo() {
        goTo.open();
    }
    function toggleList() {
        root.listShown = !root.listShown;
        root.takeFocus();
    }
    function takeFocus() {
        const target = root.listShown ? moments.view : lane.item;
        target.forceActiveFocus(Qt.OtherFocusReason);
    }
    function restore() {
        if (root.canRestore && root.controller.hasMoment) {
            root.restoreRequested();
        }
    }

    Binding {
        target: root.controller
        property: "active"
        value: root.visible
    }

    Keys.onPressed: event => {
        switch (event.key) {
        case Qt.Key_G:
            root.openGoTo();
            break;
        case Qt.Key_L:
            root.toggleList();
            break;
        default:
            return;
        }
        event.accepted = true;
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0
        visible: root.ready

        TimelineOverview {
            Layout.fillWidth: true
            Layout.topMargin: root.small ? 10 : 16
            controller: root.controller
            small: root.small
        }
        TimelineTools {
            Layout.fillWidth: true
            Layout.leftMargin: 24
            Layout.rightMargin: 24
            Layout.topMargin: 8
            Layout.bottomMargin: 8
            visible: !root.small
            controller: root.controller
        }
        Item {
            visible: root.small
            implicitHeight: 6
        }
        TimelineLane {
            id: lane

            Layout.fillWidth: true
            visible: !root.listShown && !root.crowded
            controller: root.controller
            small: root.small
            focus: !root.listShown
            onRestoreRequested: root.restore()
        }
        MomentList {
            id: moments

            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: root.listShown && !root.crowded
            controller: root.controller
            onRestoreRequested: root.restore()
        }
        Hairline {
            Layout.fillWidth: true
            visible: root.listShown || root.crowded
        }
        PageHolder {
            Layout.fillWidth: true
            Layout.fillHeight: !root.listShown || root.crowded
            Layout.preferredHeight: implicitHeight
            // Not with ??: what Qt 6.4 compiles of it takes a null for a panel.
            page: root.panelInstead !== null ? root.panelInstead : root.small ? smallPanel : panel
        }
        HintRow {
            Layout.fillWidth: true
            visible: !root.small && root.height > 640
            hints: root.listShown ? [["\u2191 \u2193", qsTr("one moment")], ["PgUp PgDn", qsTr("a page")], ["Enter", qsTr("restore")], ["G", qsTr("go to")], ["L", qsTr("back to the timeline")]] : [["\u2190 \u2192", qsTr("one moment")], ["Shift", qsTr("ten")], ["Ctrl", qsTr("a day")], ["+ \u2212", qsTr("zoom")], ["0", qsTr("all")], ["Enter", qsTr("restore")], ["E", qsTr("next event")], ["G", qsTr("go to")], ["N", qsTr("now")], ["L", qsTr("list")]]
        }
    }

    Component {
        id: panel

        MomentPanel {
            controller: root.controller
            canRestore: root.canRestore
            restoreHint: root.restoreHint
            onRestoreRequested: root.restore()
            onRestoreOptionsRequested: root.restoreOptionsRequested()
            onCopyCommandRequested: root.copyCommandRequested()
        }
    }
    Component {
        id: smallPanel

        SmallMomentPanel {
            controller: root.controller
            canRestore: root.canRestore
            restoreHint: root.restoreHint
            onRestoreRequested: root.restore()
            onRestoreOptionsRequested: root.restoreOptionsRequested()
            onCopyCommandRequested: root.copyCommandRequested()
        }
    }

    Body {
        objectName: "notYet"
        anchors.centerIn: parent
        visible: !root.ready
        color: Theme.ink2
        text: root.controller.loading ? qsTr("Reading the history\u2026") : qsTr("No moment yet. The first one comes with the first snapshot.")
    }

    GoToField {
        id: goTo

        x: root.width - width - (root.small ? 12 : 24)
        y: 8
        controller: root.controller
        onArrived: root.takeFocus()
    }
}
