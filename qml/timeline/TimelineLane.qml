import QtQuick
import Tidemark.App
import Tidemark.Ui

// The timeline itself, with what the keyboard and a screen reader need.
FocusScope {
    id: root

    required property TimelineController controller
    property bool small: false
    readonly property alias item: picture

    signal restoreRequested

    implicitHeight: picture.implicitHeight + 2

    Rectangle {
        anchors.fill: parent
        color: Theme.line
    }

    TimelineItem {
        id: picture

        objectName: "timeline"
        y: 1
        width: parent.width
        height: implicitHeight
        controller: root.controller
        small: root.small
        focus: true
        colors: TimelineColors {
        }

        Accessible.role: Accessible.Slider
        Accessible.name: qsTr("Timeline")
        Accessible.description: root.controller.momentDescription
        Accessible.focusable: true
        Accessible.onIncreaseAction: root.controller.step(1)
        Accessible.onDecreaseAction: root.controller.step(-1)

        Keys.onReturnPressed: root.restoreRequested()
        Keys.onEnterPressed: root.restoreRequested()

        PinchHandler {
            id: pinch

            property real applied: 1

            target: null
            onActiveChanged: applied = 1
            onActiveScaleChanged: {
                picture.zoomAt(pinch.centroid.position.x, applied / pinch.activeScale);
                applied = pinch.activeScale;
            }
        }
    }

    // Within, since the lane ends at the edges of the window.
    Rectangle {
        anchors.fill: parent
        visible: picture.activeFocus && picture.shownByKey
        color: "transparent"
        border.width: 2
        border.color: Theme.accent
        Accessible.ignored: true
    }
}
