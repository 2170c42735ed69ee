#include "app/timeline/draw_list_node.h"

#include <QQuickWindow>
#include <QSGGeometryNode>
#include <QSGImageNode>
#include <QSGRendererInterface>
#include <QSGTexture>
#include <QSGVertexColorMaterial>

#include <algorithm>
#include <cmath>

namespace tidemark::app::timeline {
namespace {

std::uint8_t premultiplied(int channel, int alpha)
{
    return static_cast<std::uint8_t>((channel * alpha + 127) / 255);
}

/// On whole device pixels, so that the texture is copied and never stretched.
QRectF aligned(const QRectF& rect, double ratio)
{
    const double left = std::floor(rect.left() * ratio) / ratio;
    const double top = std::floor(rect.top() * ratio) / ratio;
    const double right = std::ceil(rect.right() * ratio) / ratio;
    const double bottom = std::ceil(rect.bottom() * ratio) / ratio;
    return {left, top, right - left, bottom - top};
}

/// The picture with the little that may stand out of it: grips, halves of shapes.
QRectF pageOf(const DrawList& list)
{
    return {-8, -2, list.widthPx + 16, list.heightPx + 4};
}

QImage blankImage(const QRectF& rect, double ratio)
{
    QImage image((rect.size() * ratio).toSize().expandedTo({1, 1}),
                 QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    return image;
}

void show(QSGImageNode& node, const QImage& image, const QRectF& rect, QQuickWindow& window)
{
    node.setTexture(window.createTextureFromImage(image, QQuickWindow::TextureHasAlphaChannel));
    node.setRect(rect);
    node.setSourceRect(QRectF(QPointF(), image.size()));
}

QSGImageNode* newImageNode(QQuickWindow& window)
{
    QSGImageNode* node = window.createImageNode();
    node->setOwnsTexture(true);
    node->setFiltering(QSGTexture::Nearest);
    node->setFlag(QSGNode::OwnedByParent);
    return node;
}

QSGGeometryNode* newBoxesNode()
{
    auto* node = new QSGGeometryNode;  // Owned by its parent node.
    auto* geometry = new QSGGeometry(QSGGeometry::defaultAttributes_ColoredPoint2D(), 0, 0,
                                     QSGGeometry::UnsignedIntType);
    geometry->setDrawingMode(QSGGeometry::DrawTriangles);
    node->setGeometry(geometry);
    node->setMaterial(new QSGVertexColorMaterial);
    node->setFlags(QSGNode::OwnsGeometry | QSGNode::OwnsMaterial | QSGNode::OwnedByParent);
    return node;
}

void fill(QSGGeometryNode& node, const BoxMesh& mesh)
{
    static_assert(sizeof(BoxVertex) == sizeof(QSGGeometry::ColoredPoint2D));
    QSGGeometry& geometry = *node.geometry();
    geometry.allocate(static_cast<int>(mesh.vertices.size()),
                      static_cast<int>(mesh.indices.size()));
    std::ranges::copy(mesh.vertices, static_cast<BoxVertex*>(geometry.vertexData()));
    std::ranges::copy(mesh.indices, geometry.indexDataAsUInt());
    node.markDirty(QSGNode::DirtyGeometry);
}

}  // namespace

struct DrawListNode::LayerNodes {
    QSGNode* parent = nullptr;
    QSGGeometryNode* boxes = nullptr;
    QSGImageNode* marks = nullptr;
    Layer drawn = {};
    bool fresh = true;
};

BoxMesh meshOf(const Layer& layer, const Ink& ink)
{
    BoxMesh mesh;
    mesh.vertices.reserve(layer.boxes.size() * 4);
    mesh.indices.reserve(layer.boxes.size() * 6);
    for (const Box& box : layer.boxes) {
        const QColor color = ink.color(box.tone, box.opacity);
        const int alpha = color.alpha();
        const BoxVertex corner{box.x,
                               box.y,
                               premultiplied(color.red(), alpha),
                               premultiplied(color.green(), alpha),
                               premultiplied(color.blue(), alpha),
                               static_cast<std::uint8_t>(alpha)};
        const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
        for (const auto& [dx, dy] :
             {std::pair{0.F, 0.F}, std::pair{box.width, 0.F}, std::pair{box.width, box.height},
              std::pair{0.F, box.height}}) {
            mesh.vertices.push_back(corner);
            mesh.vertices.back().x += dx;
            mesh.vertices.back().y += dy;
        }
        for (const std::uint32_t offset : {0U, 1U, 2U, 0U, 2U, 3U}) {
            mesh.indices.push_back(first + offset);
        }
    }
    return mesh;
}

DrawListNode::DrawListNode() = default;
DrawListNode::~DrawListNode() = default;

void DrawListNode::update(const DrawList& list, const Ink& ink, QQuickWindow& window)
{
    const double ratio = window.effectiveDevicePixelRatio();
    const bool restyled = ratio != m_ratio || !(ink == m_ink);
    m_ratio = ratio;
    m_ink = ink;
    if (window.rendererInterface()->graphicsApi() == QSGRendererInterface::Software) {
        if (restyled || !(list == m_list)) {
            m_list = list;
            updateImage(list, ink, window);
        }
        return;
    }
    if (m_layers.empty()) {
        m_layers.resize(kLayerCount);
        for (LayerNodes& nodes : m_layers) {
            nodes.parent = new QSGNode;  // Owned by this node, as its child.
            appendChildNode(nodes.parent);
        }
    }
    for (std::size_t i = 0; i < kLayerCount; ++i) {
        m_layers[i].fresh = m_layers[i].fresh || restyled;
        updateLayer(m_layers[i], list.layers[i], pageOf(list), ink, window);
    }
}

void DrawListNode::updateLayer(LayerNodes& nodes, const Layer& layer, const QRectF& page,
                               const Ink& ink, QQuickWindow& window) const
{
    if (nodes.fresh || nodes.drawn.boxes != layer.boxes) {
        if (nodes.boxes == nullptr) {
            nodes.boxes = newBoxesNode();
            nodes.parent->prependChildNode(nodes.boxes);
        }
        fill(*nodes.boxes, meshOf(layer, ink));
    }
    Layer marks = layer;
    marks.boxes = nodes.drawn.boxes;
    const bool sameMarks = !nodes.fresh && marks == nodes.drawn;
    nodes.drawn = layer;
    nodes.fresh = false;
    if (sameMarks) {
        return;
    }
    if (layer.onlyBoxes()) {
        delete nodes.marks;
        nodes.marks = nullptr;
        return;
    }
    if (nodes.marks == nullptr) {
        nodes.marks = newImageNode(window);
        nodes.parent->appendChildNode(nodes.marks);
    }
    const QRectF rect = aligned(markBounds(layer, ink) & page, m_ratio);
    QImage image = blankImage(rect, m_ratio);
    QPainter painter(&image);
    painter.translate(-rect.topLeft());
    paintMarks(painter, layer, ink);
    painter.end();
    show(*nodes.marks, image, rect, window);
}

void DrawListNode::updateImage(const DrawList& list, const Ink& ink, QQuickWindow& window)
{
    if (m_image == nullptr) {
        m_image = newImageNode(window);
        appendChildNode(m_image);
    }
    const QRectF rect = aligned(pageOf(list), m_ratio);
    QImage image = blankImage(rect, m_ratio);
    QPainter painter(&image);
    painter.translate(-rect.topLeft());
    paintDrawList(painter, list, ink);
    painter.end();
    show(*m_image, image, rect, window);
}

}  // namespace tidemark::app::timeline
