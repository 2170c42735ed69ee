pragma ComponentBehavior: Bound
import QtQuick

// The keys that work on every page.
Item {
    id: root

    signal homeWanted
    signal databaseWanted(int row)
    signal addWanted
    signal replicaWanted
    signal openWanted
    signal settingsWanted
    signal keysWanted
    signal restoreWanted
    signal tabWanted(int by)
    signal closeWanted
    signal quitWanted

    Instantiator {
        model: 9

        Shortcut {
            required property int index

            sequence: "Ctrl+%1".arg(index + 1)
            onActivated: root.databaseWanted(index)
        }
    }
    Shortcut {
        sequence: "Ctrl+0"
        onActivated: root.homeWanted()
    }
    Shortcut {
        sequence: "Ctrl+N"
        onActivated: root.addWanted()
    }
    Shortcut {
        sequence: "Ctrl+Shift+N"
        onActivated: root.replicaWanted()
    }
    Shortcut {
        sequence: "Ctrl+O"
        onActivated: root.openWanted()
    }
    Shortcut {
        sequence: "Ctrl+,"
        onActivated: root.settingsWanted()
    }
    Shortcut {
        sequences: ["?", "F1"]
        onActivated: root.keysWanted()
    }
    Shortcut {
        sequence: "Ctrl+R"
        onActivated: root.restoreWanted()
    }
    Shortcut {
        sequence: "Ctrl+Tab"
        onActivated: root.tabWanted(1)
    }
    Shortcut {
        sequence: "Ctrl+Shift+Tab"
        onActivated: root.tabWanted(-1)
    }
    Shortcut {
        sequence: "Ctrl+W"
        onActivated: root.closeWanted()
    }
    Shortcut {
        sequence: "Ctrl+Q"
        onActivated: root.quitWanted()
    }
}
