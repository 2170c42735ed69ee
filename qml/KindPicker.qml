pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.App
import Tidemark.Ui

// Which kind of place.
SegmentedControl {
    id: root

    required property PlaceForm form
    property bool hasZip: false

    readonly property var all: root.form.kindLabels // A list of strings.

    label: qsTr("Kind of place")
    labels: root.hasZip ? root.all : root.all.slice(0, PlaceForm.Zip)
    segmentHeight: 32
    currentIndex: root.form.kind
    onChosen: index => root.form.kind = index
}
