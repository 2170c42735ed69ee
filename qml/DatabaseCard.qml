pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One database on Home: how safe it is, what was written, which days are kept, where its replicas
// stand, and, when something is wrong, what and the next step.
AbstractButton {
    id: root

    required property Database database
    required property History history

    signal retryRequested
    signal resumeRequested

    readonly property bool wide: root.width >= 760
    readonly property bool roomy: root.width >= 960
    readonly property bool wrong: root.database.protection === Protection.AtRisk || root.database.protection === Protection.Broken
    readonly property bool speaks: root.database.reason !== "" || root.database.paused
    readonly property color wordColor: root.database.protection === Protection.AtRisk ? Theme.warn : root.database.protection === Protection.Broken ? Theme.bad : Theme.ink

    implicitHeight: facts.implicitHeight + (root.wide ? 34 : 24) + (message.visible ? message.implicitHeight : 0)
    focusPolicy: Qt.StrongFocus
    padding: 0

    Accessible.role: Accessible.Button
    Accessible.name: qsTr("%1 in %2: %3 %4").arg(root.database.name).arg(root.database.folder).arg(root.database.word).arg(root.database.detail)
    Keys.onReturnPressed: root.clicked()

    background: Card {
        border.color: root.database.protection === Protection.AtRisk ? Theme.warnLine : root.database.protection === Protection.Broken ? Theme.badLine : root.hovered ? Theme.control : Theme.line

        FocusRing {
            around: root
            shown: root.visualFocus
        }
    }

    contentItem: Item {
        RowLayout {
            id: facts

            x: 16
            y: root.wide ? 18 : 12
            width: parent.width - 32
            spacing: root.wide ? 24 : 12

            RowLayout {
                Layout.preferredWidth: root.wide ? 232 : 0
                Layout.fillWidth: !root.wide
                Layout.alignment: Qt.AlignTop
                spacing: 12

                StateMark {
                    Layout.alignment: Qt.AlignTop
                    protection: root.database.protection
                }
                ColumnLayout {
                    Layout.fillWidth: true
                    Layout.topMargin: -2
                    spacing: 0

                    Heading {
                        Layout.fillWidth: true
                        text: root.database.name
                        elide: Text.ElideMiddle
                        Accessible.ignored: true
                    }
                    Caption {
                        Layout.fillWidth: true
                        text: root.database.size === "" ? root.database.folder : qsTr("%1 · %2").arg(root.database.folder).arg(root.database.size)
                        color: Theme.ink3
                        elide: Text.ElideMiddle
                    }
                    RowLayout {
                        Layout.topMargin: 6
                        Layout.fillWidth: true
                        spacing: 4

                        Body {
                            objectName: "word"
                            text: root.database.word
                            color: root.wordColor
                            font.weight: root.wrong ? Font.DemiBold : Font.Medium
                        }
                        Body {
                            objectName: "detail"
                            Layout.fillWidth: true
                            text: root.database.detail === "" ? "" : qsTr("· %1").arg(root.database.detail)
                            color: Theme.ink2
                            elide: Text.ElideRight
                        }
                    }
                    RowLayout {
                        visible: root.database.proof !== ""
                        spacing: 4

                        Icon {
                            path: Icons.shield
                            size: 12
                            color: Theme.ink2
                        }
                        Caption {
                            text: root.database.proof
                        }
                    }
                }
            }

            ColumnLayout {
                Layout.alignment: Qt.AlignTop
                Layout.preferredWidth: 264
                spacing: 6

                ActivityItem {
                    id: day

                    implicitWidth: 264
                    implicitHeight: 45
                    history: root.history
                    kind: ActivityItem.Day
                    flow: Theme.flow
                    baseline: Theme.control
                    accent: Theme.accent
                    Accessible.role: Accessible.Graphic
                    Accessible.name: qsTr("Last 24 hours: %1").arg(day.summary)
                }
                Caption {
                    visible: root.wide
                    text: day.summary
                }
            }

            ColumnLayout {
                visible: root.roomy
                Layout.alignment: Qt.AlignTop
                Layout.topMargin: 10
                Layout.preferredWidth: 240
                spacing: 18

                ActivityItem {
                    id: month

                    implicitWidth: 240
                    implicitHeight: 17
                    history: root.history
                    kind: ActivityItem.Month
                    kept: Theme.kept
                    baseline: Theme.control
                    Accessible.role: Accessible.Graphic
                    Accessible.name: qsTr("Last 30 days, from %1").arg(month.firstDay)
                }
                RowLayout {
                    Layout.preferredWidth: 238

                    Caption {
                        Layout.fillWidth: true
                        text: month.firstDay
                    }
                    Caption {
                        text: qsTr("today")
                    }
                }
            }

            ReplicaRows {
                visible: root.wide
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignTop
                replicas: root.database.replicas
            }
        }

        Notice {
            id: message

            objectName: "message"
            visible: root.speaks
            anchors.bottom: parent.bottom
            x: 1
            width: parent.width - 2
            rounded: false
            protection: root.database.protection
            text: root.database.reason === "" ? qsTr("Changes made now are not kept.") : root.database.reason
            secondText: root.database.next

            ActionButton {
                objectName: "retry"
                visible: root.database.canRetry
                small: true
                text: qsTr("Retry now")
                onClicked: root.retryRequested()
            }
            ActionButton {
                objectName: "resume"
                visible: root.database.paused
                small: true
                primary: true
                text: qsTr("Resume")
                onClicked: root.resumeRequested()
            }
        }
    }
}
