pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// Fields of a form, a line each: the name on the left, what is written on the right; above it where
// the window is narrow.
ColumnLayout {
    id: root

    required property PlaceForm form
    required property FormFieldModel fields

    property bool picks: true // Folders and files can be chosen in a dialog.

    readonly property bool narrow: root.width < 440
    readonly property int labelWidth: 136

    signal accepted

    spacing: root.narrow ? 8 : 12

    Repeater {
        model: root.fields

        GridLayout {
            id: line

            required property int field
            required property int control // A FormFieldModel.Control.
            required property string label
            required property string hint
            required property string text
            required property var labels // A list of strings.
            required property int chosen
            required property bool turnedOn

            readonly property bool written: line.control !== FormFieldModel.Choice && line.control !== FormFieldModel.Switch
            readonly property bool picked: line.control === FormFieldModel.Folder || line.control === FormFieldModel.File

            Layout.fillWidth: true
            columns: root.narrow ? 1 : 2
            columnSpacing: 16
            rowSpacing: 4

            Body {
                visible: line.control !== FormFieldModel.Switch
                Layout.preferredWidth: root.labelWidth
                text: line.label
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            RowLayout {
                visible: line.written
                Layout.fillWidth: true
                spacing: 8

                SecretField {
                    objectName: line.written ? "field:" + line.label : ""
                    Layout.fillWidth: true
                    label: line.label
                    secret: line.control === FormFieldModel.Secret
                    text: line.text
                    placeholderText: line.hint
                    onTextEdited: root.form.write(line.field, text)
                    onAccepted: root.accepted()
                }
                ActionButton {
                    visible: line.picked && root.picks
                    text: qsTr("Choose…")
                    Accessible.name: qsTr("Choose: %1").arg(line.label)
                    onClicked: root.form.pick(line.field)
                }
            }
            Choice {
                objectName: line.control === FormFieldModel.Choice ? "field:" + line.label : ""
                visible: line.control === FormFieldModel.Choice
                Layout.fillWidth: true
                label: line.label
                labels: line.labels
                chosenIndex: line.chosen
                onChose: index => root.form.choose(line.field, index)
            }
            CheckRow {
                objectName: line.control === FormFieldModel.Switch ? "field:" + line.label : ""
                visible: line.control === FormFieldModel.Switch
                Layout.fillWidth: true
                Layout.columnSpan: line.columns
                Layout.leftMargin: root.narrow ? 0 : root.labelWidth + line.columnSpacing
                agreed: line.turnedOn
                text: qsTr("%1: %2").arg(line.label).arg(line.hint)
                onClicked: root.form.turn(line.field, !line.turnedOn)
            }
        }
    }
}
