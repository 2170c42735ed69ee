pragma ComponentBehavior: Bound
import QtQuick
import Tidemark.App
import Tidemark.Ui

// The replicas of one database where there is room for an icon and a mark each.
Row {
    id: root

    required property ReplicaStatusModel replicas

    spacing: 12

    Repeater {
        model: root.replicas

        Row {
            id: replica

            required property string name
            required property string place
            required property string word
            required property int protection

            spacing: 5

            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("Replica %1 in %2: %3").arg(replica.name).arg(replica.place).arg(replica.word)

            Icon {
                path: Icons.folder
            }
            StateMark {
                anchors.verticalCenter: parent.verticalCenter
                size: 12
                protection: replica.protection
            }
        }
    }
}
