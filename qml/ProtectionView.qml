pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// How one database is protected: where its replicas stand, how to pause it, how to end it.
ScrollView {
    id: root

    required property Session session
    required property Database database

    signal replicaRequested

    contentWidth: availableWidth

    ColumnLayout {
        x: 24
        width: Math.min(720, root.availableWidth - 48)
        spacing: 0

        Notice {
            visible: root.database.reason !== ""
            Layout.topMargin: 16
            Layout.fillWidth: true
            protection: root.database.protection
            text: root.database.reason
            secondText: root.database.next

            ActionButton {
                visible: root.database.canRetry
                small: true
                text: qsTr("Retry now")
                onClicked: root.session.retry(root.database.databaseId)
            }
        }

        RowLayout {
            Layout.topMargin: 20
            Layout.bottomMargin: 8

            Heading {
                Layout.fillWidth: true
                text: qsTr("Replicas")
            }
            ActionButton {
                objectName: "addReplica"
                small: true
                iconPath: Icons.plus
                text: qsTr("Add a replica…")
                onClicked: root.replicaRequested()
            }
        }
        Card {
            visible: listed.count > 0
            Layout.fillWidth: true
            implicitHeight: replicas.implicitHeight

            ColumnLayout {
                id: replicas

                width: parent.width
                spacing: 0

                Repeater {
                    id: listed

                    model: root.database.replicas

                    RowLayout {
                        id: replica

                        required property string name
                        required property string place
                        required property string word
                        required property string age
                        required property int protection
                        required property int kind // A PlaceForm.Kind.
                        required property string interval

                        Layout.fillWidth: true
                        Layout.leftMargin: 16
                        Layout.rightMargin: 16
                        Layout.preferredHeight: 52
                        spacing: 12

                        Icon {
                            path: [Icons.folder, Icons.cloud, Icons.cloud, Icons.server, Icons.globe, Icons.file][replica.kind]
                        }
                        ColumnLayout {
                            Layout.fillWidth: true
                            spacing: 0

                            Body {
                                text: replica.name
                                font.weight: Font.Medium
                            }
                            Caption {
                                Layout.fillWidth: true
                                text: replica.interval === "" ? replica.place : qsTr("%1 · %2").arg(replica.place).arg(replica.interval)
                                elide: Text.ElideMiddle
                            }
                        }
                        Body {
                            text: replica.age === "" ? replica.word : qsTr("%1 · %2").arg(replica.word).arg(replica.age)
                            color: Theme.ink2
                        }
                        StateMark {
                            protection: replica.protection
                        }
                    }
                }
            }
        }

        Heading {
            Layout.topMargin: 20
            Layout.bottomMargin: 8
            text: qsTr("Running")
        }
        Card {
            Layout.fillWidth: true
            implicitHeight: running.implicitHeight

            ColumnLayout {
                id: running

                width: parent.width
                spacing: 0

                SettingRow {
                    Layout.fillWidth: true
                    iconPath: root.database.paused ? Icons.play : Icons.pause
                    title: root.database.paused ? qsTr("Resume") : qsTr("Pause")
                    text: root.database.paused ? qsTr("Changes made now are kept as one moment when it is resumed.") : qsTr("Lets go of the file until you resume.")

                    ActionButton {
                        objectName: "pause"
                        small: true
                        primary: root.database.paused
                        text: root.database.paused ? qsTr("Resume") : qsTr("Pause")
                        onClicked: root.database.paused ? root.session.resume(root.database.databaseId) : root.session.pause(root.database.databaseId)
                    }
                }
                Hairline {
                    Layout.fillWidth: true
                }
                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.snapshot
                    title: qsTr("Snapshot")
                    text: root.database.snapshot !== "" ? root.database.snapshot : qsTr("A whole copy of the newest moment, in each replica.")

                    ActionButton {
                        objectName: "snapshot"
                        small: true
                        enabled: root.database.canSnapshot
                        text: qsTr("Snapshot now")
                        onClicked: root.session.snapshotNow(root.database.databaseId)
                    }
                }
                Hairline {
                    Layout.fillWidth: true
                }
                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.cross
                    title: qsTr("Stop protecting %1").arg(root.database.name)
                    text: qsTr("Its replicas stay, with everything that is in them.")

                    ActionButton {
                        objectName: "stop"
                        small: true
                        text: qsTr("Stop protecting")
                        onClicked: root.session.stopProtecting(root.database.databaseId)
                    }
                }
            }
        }
        Item {
            implicitHeight: 24
        }
    }
}
