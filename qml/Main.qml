pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The window: the sidebar, the page that it leads to, and what works on every page.
ApplicationWindow {
    id: root

    enum Page {
        Home,
        Add,
        Open,
        Database,
        Replica,
        Settings,
        NewReplica
    }

    required property Session session
    property bool startMaximized: false

    property int page: Main.Page.Home // A Main.Page.
    property int leftPage: Main.Page.Home
    property Database database: null
    property History history: null

    width: Math.min(1280, Screen.desktopAvailableWidth)
    height: Math.min(800, Screen.desktopAvailableHeight)
    minimumWidth: 640
    minimumHeight: 420
    color: Theme.window
    title: root.page === Main.Page.Database && root.database ? qsTr("%1 – Tidemark").arg(root.database.name) : qsTr("Tidemark")

    function showDatabase(row: int) {
        const database = root.session.databases.at(row);
        const history = database ? root.session.historyOf(database.databaseId) : null;
        if (history) {
            root.database = database;
            root.history = history;
            root.page = Main.Page.Database;
        }
    }
    function showDatabaseOf(databaseId: string) {
        root.showDatabase(root.session.databases.rowOf(databaseId));
    }
    function showProtection(databaseId: string) {
        root.showDatabaseOf(databaseId);
        (pages.item as DatabasePage)?.showProtection();
    }
    function showAddReplica() {
        if (root.page === Main.Page.Database && root.database && root.session.beginReplica(root.database.databaseId)) {
            root.page = Main.Page.NewReplica;
        }
    }
    function showReplica(row: int) {
        const history = root.session.replicas.at(row);
        if (history) {
            root.history = history;
            root.page = Main.Page.Replica;
        }
    }
    function showAdd() {
        if (root.session.adding.stage === AddDatabase.Done) {
            root.session.adding.begin();
        }
        root.page = Main.Page.Add;
    }
    function showOpen() {
        root.session.opening.begin();
        root.page = Main.Page.Open;
    }
    function goHome() {
        root.page = Main.Page.Home;
    }

    // What was written into a form goes with it.
    onPageChanged: {
        if (root.leftPage === Main.Page.NewReplica && root.session.addingReplica.stage !== AddReplica.Starting) {
            root.session.addingReplica.abandon();
        } else if (root.leftPage === Main.Page.Open) {
            root.session.opening.leave();
        }
        root.leftPage = root.page;
    }

    Component.onCompleted: {
        if (root.startMaximized) {
            root.showMaximized();
        } else {
            root.show();
        }
    }

    onClosing: close => {
        // Hidden in the tray it has forgotten how it was shown.
        if (root.visible) {
            root.session.rememberWindow(Qt.rect(root.x, root.y, root.width, root.height), root.visibility === Window.Maximized);
        }
        if (root.session.quitting) {
            return;
        }
        if (root.session.databases.count === 0 && !root.session.restoring && !root.session.hasTray) {
            root.session.quit();
        } else if (root.session.databases.count > 0 && root.session.sayOnce("close-keeps-protecting")) {
            close.accepted = false;
            sheets.sayThatItGoesOn();
        }
    }

    Binding {
        target: Theme
        property: "mode"
        value: root.session.look.mode
    }
    Binding {
        target: root.session
        property: "watched"
        value: root.visible && root.visibility !== Window.Minimized
    }
    // Minimised it is there all the same: nobody said no.
    Binding {
        target: root.session.person
        property: "present"
        value: root.visible
    }
    Binding {
        target: sidebar.ToolTip.toolTip
        property: "font.pixelSize"
        value: Theme.textSmall
    }
    // Tips take their colours from the platform, not from the program's palette.
    Binding {
        target: sidebar.ToolTip.toolTip
        property: "palette.toolTipBase"
        value: Theme.raised
    }
    Binding {
        target: sidebar.ToolTip.toolTip
        property: "palette.toolTipText"
        value: Theme.ink
    }

    Connections {
        target: root.session

        function onShowAddDatabase() {
            root.page = Main.Page.Add;
        }
        function onShowOpenReplica() {
            root.page = Main.Page.Open;
        }
        function onShowReplica(row) {
            root.showReplica(row);
        }
        function onShowDatabase(row) {
            root.showDatabase(row);
        }
        function onShowReplicas(databaseId) {
            root.showProtection(databaseId);
        }
        function onQuitAsked() {
            sheets.askToQuit();
        }
    }
    Connections {
        target: root.session.databases

        function onRowsAboutToBeRemoved(parent, first, last) {
            for (let row = first; row <= last; ++row) {
                if ((root.page === Main.Page.Database || root.page === Main.Page.NewReplica) && root.session.databases.at(row) === root.database) {
                    root.goHome();
                }
            }
        }
    }

    RowLayout {
        anchors.fill: parent
        spacing: 0

        Sidebar {
            id: sidebar

            Layout.fillHeight: true
            session: root.session
            compact: root.width < Theme.narrowWidth
            page: root.page === Main.Page.NewReplica ? Main.Page.Database : root.page
            databaseId: root.database?.databaseId ?? ""
            replica: root.history
            onHomeChosen: root.goHome()
            onDatabaseChosen: row => root.showDatabase(row)
            onAddChosen: root.showAdd()
            onReplicaChosen: row => root.showReplica(row)
            onOpenChosen: root.showOpen()
            onSettingsChosen: root.page = Main.Page.Settings
        }
        PageHolder {
            id: pages

            objectName: "pages"
            Layout.fillWidth: true
            Layout.fillHeight: true
            focus: true
            page: [homePage, addPage, openPage, databasePage, replicaPage, settingsPage, addReplicaPage][root.page]
            onItemChanged: item?.forceActiveFocus()
        }
    }

    Component {
        id: homePage

        HomePage {
            session: root.session
            onDatabaseChosen: databaseId => root.showDatabaseOf(databaseId)
            onAddRequested: root.showAdd()
            onOpenRequested: root.showOpen()
        }
    }
    Component {
        id: addPage

        AddPage {
            adding: root.session.adding
            hasTray: root.session.hasTray
            onTimelineRequested: databaseId => root.showDatabaseOf(databaseId)
        }
    }
    Component {
        id: openPage

        OpenPage {
            opening: root.session.opening
        }
    }
    Component {
        id: databasePage

        DatabasePage {
            session: root.session
            database: root.database
            history: root.history
            onReplicaRequested: root.showAddReplica()
        }
    }
    Component {
        id: addReplicaPage

        AddReplicaPage {
            adding: root.session.addingReplica
            onBackRequested: root.showProtection(root.session.addingReplica.databaseId)
        }
    }
    Component {
        id: replicaPage

        ReplicaPage {
            history: root.history
            onCloseRequested: {
                const row = root.session.replicas.rowOfHistory(root.history);
                root.goHome();
                root.session.closeReplica(row);
            }
        }
    }
    Component {
        id: settingsPage

        SettingsPage {
            session: root.session
            onKeysRequested: sheets.showKeys()
        }
    }

    DropArea {
        anchors.fill: parent
        onEntered: drag => drag.accepted = drag.hasUrls
        onDropped: drop => {
            if (drop.hasUrls) {
                root.session.take(drop.urls[0]);
                drop.accept(Qt.CopyAction);
            }
        }

        Rectangle {
            anchors.fill: parent
            anchors.margins: 4
            visible: parent.containsDrag
            color: "transparent"
            radius: Theme.radiusCard
            border.width: 3
            border.color: Theme.accent
        }
    }

    UndoBar {
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 40
        name: root.session.undoable
        onUndone: root.session.undo()
    }

    WindowSheets {
        id: sheets

        anchors.fill: parent
        session: root.session
        onCloseWanted: root.close()
    }

    WindowKeys {
        onHomeWanted: root.goHome()
        onDatabaseWanted: row => root.showDatabase(row)
        onAddWanted: root.showAdd()
        onReplicaWanted: root.showAddReplica()
        onOpenWanted: root.showOpen()
        onSettingsWanted: root.page = Main.Page.Settings
        onKeysWanted: sheets.showKeys()
        onRestoreWanted: {
            (pages.item as DatabasePage)?.restore();
            (pages.item as ReplicaPage)?.restore();
        }
        onTabWanted: by => (pages.item as DatabasePage)?.nextTab(by)
        onCloseWanted: root.close()
        onQuitWanted: root.session.askToQuit()
    }
}
