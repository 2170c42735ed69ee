import QtQuick
import QtQuick.Controls
import Tidemark.App
import Tidemark.Ui

// One database on Home; pressing it leads to its timeline. When something is wrong, its edge has the
// colour of that.
AbstractButton {
    id: root

    required property Database database
    required property History history

    signal retryRequested
    signal resumeRequested

    implicitHeight: contentItem.implicitHeight
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
            radius: Theme.radiusCard + 4
        }
    }

    contentItem: DatabaseCardFace {
        database: root.database
        history: root.history
        onRetryRequested: root.retryRequested()
        onResumeRequested: root.resumeRequested()
    }
}
