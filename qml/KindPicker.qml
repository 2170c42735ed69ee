pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.App
import Tidemark.Ui

// Which kind of place.
SegmentedControl {
    id: root

    required property PlaceForm form
    property bool hasZip: false

    label: qsTr("Kind of place")
    labels: root.hasZip ? root.form.kindLabels : root.form.kindLabels.slice(0, PlaceForm.Zip)
    segmentHeight: 32
    currentIndex: root.form.kind
    onChosen: index => root.form.kind = index
}
