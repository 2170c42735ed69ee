import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Where to go, in a person's words.
Popup {
    id: root

    required property TimelineController controller
    property bool refused: false

    signal arrived

    width: 320
    padding: 12
    modal: false
    focus: true
    closePolicy: Popup.CloseOnEscape | Popup.CloseOnPressOutside

    onAboutToShow: {
        root.refused = false;
        field.selectAll();
    }
    onOpened: field.forceActiveFocus(Qt.PopupFocusReason)

    // The popup's own item is what a screen reader meets; Qt gives it its role, and no name.
    Component.onCompleted: {
        const item = root.contentItem.parent as Item;
        if (item) {
            item.Accessible.name = qsTr("Go to");
        }
    }

    function submit() {
        root.refused = !root.controller.goTo(field.text);
        if (!root.refused) {
            root.close();
            root.arrived();
        }
    }

    background: Rectangle {
        color: Theme.raised
        radius: Theme.radiusCard
        border.width: Theme.edge
        border.color: Theme.control
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 8

        TextField {
            id: field

            objectName: "goToField"
            Layout.fillWidth: true
            implicitHeight: Theme.heightField
            leftPadding: 10
            font.pixelSize: Theme.textBody
            color: Theme.ink
            placeholderText: qsTr("yesterday 17:00")
            placeholderTextColor: Theme.ink3
            selectByMouse: true
            onAccepted: root.submit()
            onTextEdited: root.refused = false

            Accessible.name: qsTr("Go to a time or a moment")
            Accessible.description: problem.text

            background: Rectangle {
                color: Theme.surface
                radius: Theme.radiusControl
                border.width: field.activeFocus ? 2 : Theme.edge
                border.color: root.refused ? Theme.bad : field.activeFocus ? Theme.accent : Theme.control
            }
        }
        Caption {
            id: problem

            objectName: "goToProblem"
            Layout.fillWidth: true
            wrapMode: Text.Wrap
            color: root.refused ? Theme.bad : Theme.ink2
            text: root.refused ? qsTr("That is no time here. Try 14:31, yesterday 17:00, -20m, 2026-09-17 14:31 or #20266.") : qsTr("14:31 \u00b7 yesterday 17:00 \u00b7 -20m \u00b7 2026-09-17 14:31 \u00b7 #20266")
        }
    }
}
