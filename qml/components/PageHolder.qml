import QtQuick

// Shows what one component makes, and another's when that is set. Qt 6.4's Loader refuses components
// that are bound to their file; this one takes them.
FocusScope {
    id: root

    property Component page: null
    property bool fillsHeight: true // Else it is as high as what it shows.

    property Item item: null
    property bool complete: false

    implicitHeight: root.item?.implicitHeight ?? 0

    onPageChanged: root.show()
    Component.onCompleted: {
        root.complete = true;
        root.show();
    }

    function show() {
        if (!root.complete) {
            return;
        }
        if (root.item) {
            root.item.visible = false;
            root.item.destroy();
        }
        root.item = root.page ? root.page.createObject(root) as Item : null;
        if (root.item) {
            root.item.focus = true;
            root.item.width = Qt.binding(() => root.width);
            root.item.height = Qt.binding(() => root.fillsHeight ? root.height : root.item.implicitHeight);
        }
    }
}
