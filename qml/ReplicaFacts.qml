import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// What a replica holds, before it is opened.
Card {
    id: root

    required property OpenReplica opening

    implicitHeight: column.implicitHeight + 36

    component Fact: RowLayout {
        id: fact

        required property string name
        required property string value

        visible: fact.value !== ""
        spacing: 16

        Body {
            Layout.preferredWidth: 120
            text: fact.name
            color: Theme.ink2
        }
        Body {
            Layout.fillWidth: true
            text: fact.value
            elide: Text.ElideRight
            Accessible.name: qsTr("%1: %2").arg(fact.name).arg(fact.value)
        }
    }

    ColumnLayout {
        id: column

        x: 20
        y: 20
        width: parent.width - 40
        spacing: 0

        Flow {
            Layout.fillWidth: true
            spacing: 8

            Chip {
                kind: Chip.Kind.Good
                iconPath: Icons.check
                text: root.opening.recognised
            }
            Chip {
                iconPath: Icons.eye
                text: qsTr("Read only")
            }
        }
        Heading {
            objectName: "headline"
            Layout.topMargin: 12
            Layout.fillWidth: true
            text: root.opening.headline
            size: Theme.textSentence
            elide: Text.ElideMiddle
        }
        Body {
            Layout.bottomMargin: 12
            text: root.opening.lastWritten
            color: Theme.ink2
        }
        Fact {
            name: qsTr("Moments")
            value: root.opening.momentCount
        }
        Fact {
            name: qsTr("Span")
            value: root.opening.span
        }
        Fact {
            name: qsTr("Size")
            value: root.opening.size
        }
        Fact {
            name: qsTr("Gaps")
            value: root.opening.gaps
        }
        Fact {
            name: qsTr("Place")
            value: root.opening.place
        }
        RowLayout {
            Layout.topMargin: 16
            spacing: 8

            Body {
                text: qsTr("Show as")
                color: Theme.ink2
                Accessible.ignored: true
            }
            Field {
                objectName: "name"
                Layout.fillWidth: true
                label: qsTr("Show as")
                text: root.opening.name
                onTextEdited: root.opening.name = text
                onAccepted: root.opening.accept()
            }
        }
        ActionButton {
            objectName: "accept"
            Layout.topMargin: 12
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.heightButtonPrimary
            text: qsTr("Open read only")
            primary: true
            onClicked: root.opening.accept()
            onVisibleChanged: {
                if (visible) {
                    forceActiveFocus();
                }
            }
        }
    }
}
