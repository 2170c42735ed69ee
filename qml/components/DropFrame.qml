import QtQuick
import Tidemark.Ui

// The dashed frame that says "drop it here".
Item {
    id: root

    default property alias content: inside.data

    Canvas {
        id: canvas

        anchors.fill: parent
        onPaint: {
            const context = getContext("2d");
            context.reset();
            context.beginPath();
            context.roundedRect(0.75, 0.75, width - 1.5, height - 1.5, Theme.radiusCard, Theme.radiusCard);
            context.fillStyle = Theme.surface;
            context.fill();
            context.strokeStyle = Theme.control;
            context.lineWidth = 1.5;
            context.setLineDash([3, 2.5]);
            context.stroke();
        }

        Connections {
            target: Theme

            function onModeChanged() {
                canvas.requestPaint();
            }
        }
    }

    Item {
        id: inside

        anchors.fill: parent
    }
}
