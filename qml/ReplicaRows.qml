pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Tidemark.App
import Tidemark.Ui

// The replicas of one database: name, age, mark.
ColumnLayout {
    id: root

    required property ReplicaStatusModel replicas

    spacing: 0

    Repeater {
        model: root.replicas

        RowLayout {
            id: row

            required property string name
            required property string place
            required property string word
            required property string age
            required property int protection

            Layout.fillWidth: true
            Layout.preferredHeight: 24
            spacing: 8

            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("Replica %1 in %2: %3").arg(row.name).arg(row.place).arg(row.word)

            Icon {
                path: Icons.folder
            }
            Body {
                Layout.fillWidth: true
                text: row.name
                elide: Text.ElideRight
                Accessible.ignored: true
            }
            Caption {
                text: row.age
                Accessible.ignored: true
            }
            StateMark {
                protection: row.protection
                size: 12
            }
        }
    }
}
