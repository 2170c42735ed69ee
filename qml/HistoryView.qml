pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.App
import Tidemark.Ui

// The timeline of one replica, and what becomes of a restore from it.
FocusScope {
    id: root

    required property History history
    readonly property alias timeline: timelinePage

    // While one runs or its outcome is looked at, its panel stands where the moment's does.
    readonly property bool restoring: root.history.restore.stage !== RestoreJob.Idle
    readonly property bool failed: root.history.stage === History.Failed

    function restore() {
        timelinePage.restore();
    }
    function openOptions() {
        if (root.history.options.available && !root.restoring) {
            root.history.prepareRestore();
            sheet.open();
        }
    }

    Component.onCompleted: root.history.open()
    onHistoryChanged: root.history.open()

    TimelinePage {
        id: timelinePage

        anchors.fill: parent
        focus: true
        visible: !root.failed
        controller: root.history.timeline
        canRestore: !root.restoring
        restoreHint: root.history.options.available ? qsTr("%1 · into %2").arg(root.history.options.fileName).arg(root.history.options.folder) : ""
        panelInstead: root.restoring ? restorePanel : null
        onRestoreRequested: root.history.restoreMoment()
        onRestoreOptionsRequested: root.openOptions()
        onCopyCommandRequested: root.history.copyCommand()
    }

    Component {
        id: restorePanel

        RestorePanel {
            job: root.history.restore
            onDismissed: timelinePage.takeFocus()
        }
    }

    FailureView {
        anchors.fill: parent
        visible: root.failed
        text: root.history.problem
        secondText: root.history.advice
        onRetryRequested: root.history.reload()
    }

    RestoreSheet {
        id: sheet

        options: root.history.options
        x: Math.max(8, root.width - width - 24)
        y: Math.max(8, root.height - height - (root.height > 640 ? 198 : 24))
        width: Math.min(520, root.width - 16)
        onAccepted: root.history.restoreChosen()
    }
}
