import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One database where there are many: a line with its state and the reason under it.
ItemDelegate {
    id: root

    required property Database database
    required property History history
    property bool first: false

    signal retryRequested
    signal resumeRequested

    readonly property bool wide: root.width >= 760
    readonly property bool roomy: root.width >= 960
    readonly property color wordColor: root.database.protection === Protection.AtRisk ? Theme.warn : root.database.protection === Protection.Broken ? Theme.bad : Theme.ink

    implicitHeight: 49
    focusPolicy: Qt.StrongFocus
    leftPadding: 16
    rightPadding: 8
    topPadding: 0
    bottomPadding: 0

    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1 in %2: %3 %4").arg(root.database.name).arg(root.database.folder).arg(root.database.word).arg(root.database.detail)
    Keys.onReturnPressed: root.clicked()

    background: Rectangle {
        color: root.hovered ? Theme.hover : "transparent"

        Hairline {
            visible: !root.first
            width: parent.width
            color: Theme.lineSoft
        }
        FocusRing {
            around: root
            shown: root.visualFocus
            anchors.margins: 1
        }
    }

    contentItem: RowLayout {
        spacing: 12

        StateMark {
            protection: root.database.protection
        }
        ColumnLayout {
            Layout.fillWidth: false
            Layout.preferredWidth: root.roomy ? 136 : 120
            Layout.maximumWidth: root.roomy ? 136 : 120
            spacing: -1

            Body {
                Layout.fillWidth: true
                text: root.database.name
                font.weight: Font.DemiBold
                elide: Text.ElideMiddle
                Accessible.ignored: true

                WholeText {
                }
            }
            Caption {
                Layout.fillWidth: true
                text: root.database.size === "" ? root.database.folder : qsTr("%1 · %2").arg(root.database.folder).arg(root.database.size)
                color: Theme.ink3
                elide: Text.ElideMiddle

                WholeText {
                }
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: -1

            RowLayout {
                spacing: 4

                Body {
                    text: root.database.word
                    color: root.wordColor
                    font.weight: Font.DemiBold
                }
                Body {
                    Layout.fillWidth: true
                    text: root.database.detail === "" ? "" : qsTr("· %1").arg(root.database.detail)
                    elide: Text.ElideRight
                }
            }
            Caption {
                Layout.fillWidth: true
                text: root.database.reason !== "" ? root.database.reason : root.database.proof
                // It may name a path, whose end tells most.
                elide: Text.ElideMiddle

                WholeText {
                }
            }
        }
        DayFlow {
            visible: root.wide
            columns: 28
            implicitHeight: 25
            history: root.history
        }
        MonthStrip {
            visible: root.roomy
            small: true
            history: root.history
        }
        ReplicaMarks {
            Layout.minimumWidth: root.wide ? 64 : 0
            replicas: root.database.replicas
        }
        Item {
            Layout.preferredWidth: 96
            Layout.fillHeight: true
            visible: root.wide || root.database.canRetry || root.database.paused

            ActionButton {
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                visible: root.database.canRetry || root.database.paused
                small: true
                primary: root.first
                text: root.database.paused ? qsTr("Resume") : qsTr("Retry now")
                onClicked: root.database.paused ? root.resumeRequested() : root.retryRequested()
            }
        }
    }
}
