#pragma once

#include "app/timeline/draw_list_painter.h"

#include <QSGNode>

#include <memory>
#include <vector>

class QQuickWindow;
class QSGGeometryNode;
class QSGImageNode;

namespace tidemark::app::timeline {

/// One corner of a box as the graphics card gets it; the colour is premultiplied.
struct BoxVertex {
    float x, y;
    std::uint8_t red, green, blue, alpha;

    bool operator==(const BoxVertex&) const = default;
};

/// Two triangles a box.
struct BoxMesh {
    std::vector<BoxVertex> vertices = {};
    std::vector<std::uint32_t> indices = {};
};
[[nodiscard]] BoxMesh meshOf(const Layer& layer, const Ink& ink);

/// A picture in the scene graph: a layer's boxes are one geometry node with 32-bit indices; its
/// shapes and words, which want soft edges and fonts, are painted into a texture and only again
/// when they differ. With the software renderer, which draws no geometry of ours, all of the
/// picture is painted into one image: from the same list, so it looks alike. Render thread, GUI
/// thread blocked.
class DrawListNode : public QSGNode {
public:
    DrawListNode();
    ~DrawListNode() override;

    void update(const DrawList& list, const Ink& ink, QQuickWindow& window);

private:
    struct LayerNodes;

    void updateLayer(LayerNodes& nodes, const Layer& layer, const QRectF& page, const Ink& ink,
                     QQuickWindow& window) const;
    void updateImage(const DrawList& list, const Ink& ink, QQuickWindow& window);

    std::vector<LayerNodes> m_layers;
    QSGImageNode* m_image = nullptr;  // Software only. Owned by this node, as its child.
    DrawList m_list;
    Ink m_ink;
    double m_ratio = 0;
};

}  // namespace tidemark::app::timeline
