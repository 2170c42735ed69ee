import QtQuick
import QtQuick.Controls
import Tidemark.Ui

// A button with words, and an icon before them where one helps.
AbstractButton {
    id: root

    property string iconPath // One of Icons.
    property string trailingIconPath
    property bool primary: false // The one thing to do on the screen.
    property bool quiet: false // No edge until pointed at.
    property bool small: false
    property bool flagged: false // A toggle that is on.
    property string keyHint

    readonly property color textColor: !root.enabled ? Theme.ink3 : root.primary ? Theme.inkOnAccent : Theme.ink

    implicitHeight: root.small ? Theme.heightButtonSmall : Theme.heightButton
    implicitWidth: contentItem.implicitWidth + leftPadding + rightPadding
    leftPadding: root.text === "" ? 0 : (root.small ? 10 : 12)
    rightPadding: leftPadding
    focusPolicy: Qt.StrongFocus
    font.pixelSize: Theme.textBody
    font.weight: root.primary ? Font.DemiBold : Font.Normal

    Accessible.role: Accessible.Button
    Accessible.name: root.text
    Keys.onReturnPressed: root.clicked()
    Keys.onEnterPressed: root.clicked()

    background: Rectangle {
        radius: Theme.radiusControl
        color: {
            if (root.primary && root.enabled) {
                return root.down || root.hovered ? Theme.accentPress : Theme.accent;
            }
            if (root.flagged) {
                return Theme.selected;
            }
            if (!root.enabled && !root.quiet) {
                return Theme.well;
            }
            if (root.down || root.hovered) {
                return Theme.hover;
            }
            return root.quiet ? "transparent" : Theme.surface;
        }
        border.width: root.quiet && !(Theme.highContrast && root.hovered) ? 0 : Theme.edge
        border.color: root.primary && root.enabled || root.flagged ? Theme.accent : root.enabled ? Theme.control : Theme.line

        FocusRing {
            around: root
            shown: root.visualFocus
        }
    }

    contentItem: ButtonFace {
        text: root.text
        font: root.font
        color: root.textColor
        iconPath: root.iconPath
        trailingIconPath: root.trailingIconPath
        keyHint: root.keyHint
    }
}
