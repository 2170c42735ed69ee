import QtQuick
import Tidemark.App
import Tidemark.Ui

// What lies over every page until it is answered or closed.
Item {
    id: root

    required property Session session

    signal closeWanted

    function showKeys() {
        keysSheet.open();
    }
    function askToQuit() {
        quitSheet.open();
    }
    function sayThatItGoesOn() {
        closingSheet.open();
    }

    KeysSheet {
        id: keysSheet

        objectName: "keysSheet"
    }
    QuestionSheet {
        id: quitSheet

        readonly property var consequences: [root.session.databases.count > 0 ? qsTr("Nothing is protected until it is started again. Changes made meanwhile are saved then, but as one moment.") : "", root.session.restoring ? qsTr("The restore that runs is called off and leaves nothing behind.") : ""]

        objectName: "quitSheet"
        label: qsTr("Quit Tidemark?")
        text: consequences.filter(sentence => sentence !== "").join(" ")
        harmlessText: qsTr("Stay")
        otherText: qsTr("Quit")
        onOther: root.session.quit()
    }
    QuestionSheet {
        id: closingSheet

        objectName: "closingSheet"
        label: qsTr("Tidemark goes on protecting")
        text: root.session.hasTray ? qsTr("Without its window it stays in the tray. To end it, choose Quit there.") : qsTr("It goes on without its window. Start Tidemark again to see the window; to end it, choose Quit.")
        harmlessText: qsTr("Close the window")
        otherText: qsTr("Quit…")
        onHarmless: root.closeWanted()
        onOther: root.session.askToQuit()
    }
    TrustSheet {
        objectName: "trustSheet"
        person: root.session.person
    }
}
