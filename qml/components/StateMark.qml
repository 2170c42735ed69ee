import QtQuick
import Tidemark.App
import Tidemark.Ui

// The shape of a state. It stands beside the state's words, so a screen reader skips it.
StateItem {
    id: root

    property real size: 16

    implicitWidth: root.size
    implicitHeight: root.size
    inside: Theme.surface
    color: {
        switch (root.protection) {
        case Protection.Protected:
            return Theme.ok;
        case Protection.CatchingUp:
            return Theme.accent;
        case Protection.AtRisk:
            return Theme.warnFill;
        case Protection.Broken:
            return Theme.bad;
        default:
            return Theme.ink3;
        }
    }

    Accessible.ignored: true
}
