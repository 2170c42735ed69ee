pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// One sentence about everything, then a card a database; a list where there are many.
Item {
    id: root

    required property Session session

    // From so many on, a list shows more than cards do.
    readonly property int listFrom: 6
    readonly property int margin: root.width < 700 ? 12 : 32
    readonly property bool narrow: root.width < 700

    signal databaseChosen(string databaseId)
    signal addRequested
    signal openRequested

    FirstStart {
        anchors.fill: parent
        visible: root.session.databases.count === 0
        onAddRequested: root.addRequested()
        onOpenRequested: root.openRequested()
    }

    ColumnLayout {
        anchors.fill: parent
        visible: root.session.databases.count > 0
        spacing: 0

        RowLayout {
            Layout.leftMargin: root.margin
            Layout.rightMargin: root.margin
            Layout.topMargin: root.narrow ? 12 : 36
            Layout.bottomMargin: root.narrow ? 12 : 24
            spacing: 16

            StateMark {
                size: root.narrow ? 32 : 40
                protection: root.session.worst
                inside: Theme.window
            }
            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Heading {
                    objectName: "sentence"
                    Layout.fillWidth: true
                    text: root.session.sentence
                    size: root.narrow ? Theme.textTitle : Theme.textSentence
                    elide: Text.ElideRight
                }
                Body {
                    objectName: "detail"
                    Layout.fillWidth: true
                    visible: root.session.detail !== ""
                    text: root.session.detail
                    font.pixelSize: root.narrow ? Theme.textBody : Theme.textHead
                    color: Theme.ink2
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                    elide: Text.ElideRight
                }
            }
            ActionButton {
                visible: !root.narrow
                text: qsTr("Add database")
                iconPath: Icons.plus
                onClicked: root.addRequested()
            }
            IconButton {
                visible: root.narrow
                label: qsTr("Add database")
                iconPath: Icons.plus
                onClicked: root.addRequested()
            }
        }

        PageHolder {
            Layout.fillWidth: true
            Layout.fillHeight: true
            page: root.session.databases.count >= root.listFrom ? manyRows : fewCards
        }
    }

    Component {
        id: fewCards

        HomeCards {
            margin: root.margin
            session: root.session
            onDatabaseChosen: databaseId => root.databaseChosen(databaseId)
        }
    }

    Component {
        id: manyRows

        HomeRows {
            margin: root.margin
            session: root.session
            onDatabaseChosen: databaseId => root.databaseChosen(databaseId)
        }
    }
}
