import QtQuick
import Tidemark.App
import Tidemark.Ui

// Whether a server that nobody here knows yet is the right one. Closing it is a no.
QuestionSheet {
    id: root

    required property TrustQuestions person

    readonly property string question: root.person.asking ? root.person.host + " " + root.person.fingerprint : ""

    // What was closed and not answered is refused; the buttons close it, too, and answer then.
    function refuse(question: string) {
        if (root.question === question && question !== "") {
            root.person.answer(false);
        }
    }

    readonly property string careful: root.person.otherKnown === "" ? "" : qsTr("Careful: %1 is known by another key, which the server does not show:\n%2\nSomebody may stand between you and the server.").arg(root.person.host).arg(root.person.otherKnown) + "\n\n"

    label: qsTr("Is this the right server?")
    text: root.careful + qsTr("The key of %1 is not known here yet:\n%2 %3\nCompare it with what the owner of the server says, and trust it only if it is the same.").arg(root.person.host).arg(root.person.algorithm).arg(root.person.fingerprint)
    harmlessText: qsTr("Do not trust it")
    otherText: qsTr("Trust it")
    onQuestionChanged: root.question === "" ? root.close() : root.open()
    onHarmless: root.person.answer(false)
    onOther: root.person.answer(true)
    onClosed: {
        const closed = root.question;
        Qt.callLater(() => root.refuse(closed));
    }
}
