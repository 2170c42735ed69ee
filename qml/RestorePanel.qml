import QtQuick
import Tidemark.App
import Tidemark.Ui

// A restore under way, or what it came to. Stands where the panel of the moment stands.
Item {
    id: root

    required property RestoreJob job

    readonly property bool running: root.job.stage !== RestoreJob.Done && root.job.stage !== RestoreJob.Failed
    readonly property Item shown: root.running ? progress : root.job.stage === RestoreJob.Done ? done : failed

    signal dismissed

    implicitHeight: root.shown.implicitHeight + 40

    function dismiss() {
        root.job.dismiss();
        root.dismissed();
    }

    Keys.onEscapePressed: {
        if (!root.running) {
            root.dismiss();
        }
    }

    RestoreProgress {
        id: progress

        x: root.width < 700 ? 12 : 24
        y: 20
        width: parent.width - 2 * x
        visible: root.running
        job: root.job
    }
    RestoreDone {
        id: done

        x: root.width < 700 ? 12 : 24
        y: 20
        width: parent.width - 2 * x
        visible: root.job.stage === RestoreJob.Done
        job: root.job
        onDismissed: root.dismiss()
    }
    RestoreFailed {
        id: failed

        x: root.width < 700 ? 12 : 24
        y: 20
        width: parent.width - 2 * x
        visible: root.job.stage === RestoreJob.Failed
        job: root.job
        onDismissed: root.dismiss()
    }
}
