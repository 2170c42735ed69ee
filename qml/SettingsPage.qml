import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What a person can choose. Changes apply at once.
ScrollView {
    id: root

    required property Session session

    readonly property SettingsObject settings: root.session.settings

    signal keysRequested

    contentWidth: availableWidth

    ColumnLayout {
        x: root.width < 700 ? 12 : 32
        y: root.width < 700 ? 12 : 24
        width: Math.min(720, root.availableWidth - 2 * x)
        spacing: 0

        Heading {
            text: qsTr("Settings")
            size: Theme.textSentence
        }
        Notice {
            visible: root.settings.problem !== ""
            Layout.topMargin: 12
            Layout.fillWidth: true
            protection: Protection.AtRisk
            text: root.settings.problem
            secondText: root.settings.advice
        }

        Heading {
            Layout.topMargin: 16
            Layout.bottomMargin: 8
            text: qsTr("Look")
        }
        Card {
            Layout.fillWidth: true
            implicitHeight: look.implicitHeight

            ColumnLayout {
                id: look

                width: parent.width
                spacing: 0

                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.moon
                    title: qsTr("Appearance")
                    text: qsTr("System also follows high contrast")

                    SegmentedControl {
                        objectName: "appearance"
                        label: qsTr("Appearance")
                        labels: [qsTr("System"), qsTr("Light"), qsTr("Dark")]
                        currentIndex: root.settings.appearance
                        onChosen: index => root.settings.appearance = index
                    }
                }
                Hairline {
                    Layout.fillWidth: true
                }
                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.clock
                    title: qsTr("Time zone of the timeline")
                    text: qsTr("UTC is always shown beside it")

                    SegmentedControl {
                        objectName: "zone"
                        label: qsTr("Time zone")
                        labels: [qsTr("Local"), qsTr("UTC")]
                        currentIndex: root.settings.zone
                        onChosen: index => root.settings.zone = index
                    }
                }
            }
        }

        Heading {
            Layout.topMargin: 16
            Layout.bottomMargin: 8
            text: qsTr("Restores")
        }
        Card {
            Layout.fillWidth: true
            implicitHeight: restores.implicitHeight

            SettingRow {
                id: restores

                width: parent.width
                iconPath: Icons.folder
                title: qsTr("Restore to")
                text: root.settings.restoreFolder === "" ? qsTr("Next to the database") : qsTr("%1, chosen last").arg(root.settings.restoreFolder)

                ActionButton {
                    objectName: "forget"
                    visible: root.settings.restoreFolder !== ""
                    small: true
                    text: qsTr("Next to the database")
                    onClicked: root.settings.forgetRestoreFolder()
                }
            }
        }

        Heading {
            Layout.topMargin: 16
            Layout.bottomMargin: 8
            text: qsTr("About")
        }
        Card {
            Layout.fillWidth: true
            implicitHeight: about.implicitHeight

            ColumnLayout {
                id: about

                width: parent.width
                spacing: 0

                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.info
                    title: qsTr("Tidemark %1").arg(root.session.version)
                    text: qsTr("Keeps every moment of your SQLite databases")

                    ActionButton {
                        objectName: "keys"
                        small: true
                        keyHint: "?"
                        text: qsTr("Keys")
                        onClicked: root.keysRequested()
                    }
                }
                Hairline {
                    Layout.fillWidth: true
                }
                SettingRow {
                    Layout.fillWidth: true
                    iconPath: Icons.cross
                    title: qsTr("Quit")
                    text: qsTr("Nothing is protected until Tidemark runs again")

                    ActionButton {
                        objectName: "quit"
                        small: true
                        text: qsTr("Quit…")
                        onClicked: root.session.askToQuit()
                    }
                }
            }
        }
        Item {
            implicitHeight: 48
        }
    }
}
