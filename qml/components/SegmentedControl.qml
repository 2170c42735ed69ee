pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// One of a few, all in view. Arrows move within it.
FocusScope {
    id: root

    required property var labels // A list of strings.
    required property string label
    property int currentIndex: 0
    property int segmentHeight: 28

    signal chosen(int index)

    implicitWidth: row.implicitWidth
    implicitHeight: root.segmentHeight

    Accessible.role: Accessible.Grouping
    Accessible.name: root.label

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusControl
        color: Theme.surface
        border.width: Theme.edge
        border.color: Theme.control
    }

    Row {
        id: row

        Repeater {
            id: segments

            model: root.labels

            RadioButton {
                id: segment

                required property int index
                required property string modelData

                readonly property bool current: segment.index === root.currentIndex

                implicitHeight: root.segmentHeight
                implicitWidth: contentItem.implicitWidth + 24
                text: segment.modelData
                focusPolicy: segment.current ? Qt.StrongFocus : Qt.ClickFocus
                padding: 0
                autoExclusive: false
                indicator: null
                checked: segment.current
                onToggled: segment.checked = Qt.binding(() => segment.current)

                Accessible.name: qsTr("%1: %2").arg(root.label).arg(segment.modelData)

                onClicked: root.chosen(segment.index)
                Keys.onRightPressed: root.step(segment.index, 1)
                Keys.onLeftPressed: root.step(segment.index, -1)
                Keys.onReturnPressed: segment.clicked()

                background: Rectangle {
                    radius: Theme.radiusControl - 1
                    color: segment.current ? Theme.selected : segment.hovered ? Theme.hover : "transparent"
                    border.width: segment.current ? Theme.edge : 0
                    border.color: Theme.highContrast ? Theme.accent : Theme.control

                    FocusRing {
                        around: segment
                        shown: segment.visualFocus
                    }
                }
                contentItem: Text {
                    text: segment.modelData
                    color: segment.current ? Theme.ink : Theme.ink2
                    font.pixelSize: Theme.textBody
                    font.weight: segment.current ? Font.DemiBold : Font.Normal
                    horizontalAlignment: Text.AlignHCenter
                    verticalAlignment: Text.AlignVCenter
                    Accessible.ignored: true
                }
            }
        }
    }

    function step(from: int, by: int) {
        const to = Math.max(0, Math.min(root.labels.length - 1, from + by));
        root.chosen(to);
        segments.itemAt(to).forceActiveFocus(Qt.TabFocusReason);
    }
}
