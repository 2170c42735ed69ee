pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What stretch is shown, what is in it, and the zoom.
RowLayout {
    id: root

    required property TimelineController controller

    spacing: 16

    RowLayout {
        spacing: 8

        Body {
            objectName: "range"
            font.weight: Font.DemiBold
            text: root.controller.rangeText
        }
        Body {
            color: Theme.ink3
            text: root.controller.spanText
        }
    }

    Item {
        Layout.fillWidth: true
    }

    // Not a layout: one of Qt 6.4 forgets what is hidden and shown while it is hidden itself.
    Row {
        spacing: 16

        LegendEntry {
            visible: root.width > 520
            name: qsTr("Moments")
            count: root.controller.momentsInWindow

            Repeater {
                model: [7, 10, 5]

                Rectangle {
                    required property int modelData
                    required property int index

                    x: 4 * index
                    y: 12 - modelData
                    width: 3
                    height: modelData
                    color: Theme.flow
                }
            }
        }
        LegendEntry {
            visible: root.width > 640
            name: qsTr("Snapshots")
            count: root.controller.snapshotsInWindow
            iconPath: Icons.snapshot
            filled: true
        }
        LegendEntry {
            visible: root.width > 720 && count > 0
            name: qsTr("Restores")
            count: root.controller.restoresInWindow
            iconPath: Icons.restore
        }
        LegendEntry {
            visible: root.width > 800 && count > 0
            name: qsTr("Drills")
            count: root.controller.drillsInWindow
            iconPath: Icons.shield
        }
        LegendEntry {
            visible: root.width > 800 && count > 0
            name: qsTr("Gaps")
            count: root.controller.gapsInWindow

            Rectangle {
                width: 12
                height: 12
                color: Theme.well
                border.width: 1
                border.color: Theme.control
            }
        }
    }

    RowLayout {
        spacing: 4

        IconButton {
            objectName: "zoomOut"
            label: qsTr("Show more time")
            iconPath: Icons.minus
            quiet: true
            small: true
            onClicked: root.controller.zoomOut()
        }
        IconButton {
            objectName: "zoomIn"
            label: qsTr("Show less time")
            iconPath: Icons.plus
            quiet: true
            small: true
            onClicked: root.controller.zoomIn()
        }
        IconButton {
            objectName: "fit"
            label: qsTr("Show all of the history")
            iconPath: Icons.fit
            quiet: true
            small: true
            onClicked: root.controller.fit()
        }
    }
}
