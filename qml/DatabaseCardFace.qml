import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What a card says of its database: how safe it is, what was written, which days are kept, where its
// replicas stand, and below, when something is wrong, what and the next step.
Item {
    id: root

    required property Database database
    required property History history

    signal retryRequested
    signal resumeRequested

    readonly property bool wide: root.width >= 760
    readonly property bool roomy: root.width >= 960
    readonly property bool speaks: root.database.reason !== "" || root.database.paused

    implicitHeight: facts.y + facts.implicitHeight + (root.wide ? 16 : 12) + (root.speaks ? message.implicitHeight : 0)

    RowLayout {
        id: facts

        x: 16
        y: root.wide ? 16 : 12
        width: parent.width - (root.wide ? 36 : 28)
        spacing: root.wide ? 16 : 12

        DatabaseCardName {
            Layout.preferredWidth: root.wide ? 248 : 0
            Layout.fillWidth: !root.wide
            Layout.alignment: Qt.AlignTop
            database: root.database
            small: !root.wide
        }

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: false
            Layout.preferredWidth: day.implicitWidth
            spacing: 6

            DayFlow {
                id: day

                Layout.topMargin: root.wide ? 2 : 0
                history: root.history
            }
            Caption {
                visible: root.wide
                text: day.summary
            }
        }

        ColumnLayout {
            visible: root.roomy
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 12
            Layout.fillWidth: false
            Layout.preferredWidth: month.implicitWidth
            spacing: 24

            MonthStrip {
                id: month

                history: root.history
            }
            RowLayout {
                Layout.fillWidth: false
                Layout.preferredWidth: month.implicitWidth - 2

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
            Layout.topMargin: 3
            replicas: root.database.replicas
        }
    }

    Notice {
        id: message

        objectName: "message"
        visible: root.speaks
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 1
        x: 1
        width: parent.width - 2
        rounded: false
        protection: root.database.protection
        text: root.database.reason === "" ? qsTr("Changes made now are kept as one moment when it is resumed.") : root.database.reason
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
