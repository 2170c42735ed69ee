#include "app/drawn/svg_path.h"

#include <QtMath>

#include <algorithm>
#include <cmath>

namespace tidemark::app {
namespace {

/// Reads numbers and commands from left to right. Numbers may touch: "1.5.5-2" is three.
class Tokens {
public:
    explicit Tokens(QStringView data) : m_rest(data) { skip(); }

    [[nodiscard]] bool atEnd() const { return m_rest.isEmpty(); }
    [[nodiscard]] bool atCommand() const { return !atEnd() && m_rest.front().isLetter(); }

    QChar command()
    {
        const QChar letter = m_rest.front();
        m_rest = m_rest.sliced(1);
        skip();
        return letter;
    }

    qreal number()
    {
        qsizetype length = 0;
        bool point = false;
        for (; length < m_rest.size(); ++length) {
            const QChar c = m_rest[length];
            const bool sign = length == 0 && (c == u'-' || c == u'+');
            const bool firstPoint = c == u'.' && !point;
            if (!sign && !firstPoint && !c.isDigit()) {
                break;
            }
            point = point || firstPoint;
        }
        bool ok = false;
        const qreal value = m_rest.first(length).toDouble(&ok);
        Q_ASSERT(ok);
        m_rest = m_rest.sliced(length);
        skip();
        return value;
    }

    /// A flag of an arc: one digit, which the next number may touch.
    bool flag()
    {
        const bool value = m_rest.front() == u'1';
        m_rest = m_rest.sliced(1);
        skip();
        return value;
    }

private:
    void skip()
    {
        while (!atEnd() && (m_rest.front().isSpace() || m_rest.front() == u',')) {
            m_rest = m_rest.sliced(1);
        }
    }

    QStringView m_rest;
};

/// SVG gives an arc by its ends, Qt by its centre: SVG 1.1, appendix F.6.5, without a rotation.
void arcTo(QPainterPath& path, qreal rx, qreal ry, bool large, bool sweep, QPointF to)
{
    const QPointF from = path.currentPosition();
    const QPointF half = (from - to) / 2;
    const qreal stretch = std::hypot(half.x() / rx, half.y() / ry);
    rx *= std::max(1.0, stretch);
    ry *= std::max(1.0, stretch);
    const qreal distance = rx * rx * half.y() * half.y() + ry * ry * half.x() * half.x();
    const qreal factor =
        std::sqrt(std::max(0.0, rx * rx * ry * ry / distance - 1)) * (large == sweep ? -1 : 1);
    const QPointF centre =
        (from + to) / 2 + QPointF(factor * rx * half.y() / ry, -factor * ry * half.x() / rx);
    const auto angle = [&](QPointF point) {
        return qRadiansToDegrees(
            std::atan2(-(point.y() - centre.y()) / ry, (point.x() - centre.x()) / rx));
    };
    const qreal start = angle(from);
    qreal length = angle(to) - start;
    if (sweep && length > 0) {
        length -= 360;
    } else if (!sweep && length < 0) {
        length += 360;
    }
    path.arcTo(QRectF(centre.x() - rx, centre.y() - ry, 2 * rx, 2 * ry), start, length);
}

class Reader {
public:
    explicit Reader(QStringView data) : m_tokens(data) {}

    QPainterPath read()
    {
        QChar command;
        while (!m_tokens.atEnd()) {
            if (m_tokens.atCommand()) {
                command = m_tokens.command();
            } else if (command.toUpper() == u'M') {
                command = command.isUpper() ? u'L' : u'l';  // More pairs after a move are lines.
            }
            step(command);
        }
        return m_path;
    }

private:
    void step(QChar command)
    {
        const QPointF origin = command.isLower() ? m_path.currentPosition() : QPointF();
        const QPointF here = m_path.currentPosition();
        switch (command.toUpper().unicode()) {
        case u'M': m_path.moveTo(point(origin)); return;
        case u'L': m_path.lineTo(point(origin)); return;
        case u'H': m_path.lineTo(origin.x() + m_tokens.number(), here.y()); return;
        case u'V': m_path.lineTo(here.x(), origin.y() + m_tokens.number()); return;
        case u'C': {
            const QPointF first = point(origin);
            cubic(first, origin);
            return;
        }
        case u'S': cubic(2 * here - m_control, origin); return;
        case u'A': arc(origin); return;
        case u'Z': m_path.closeSubpath(); return;
        default: Q_ASSERT(false);
        }
    }

    QPointF point(QPointF origin)
    {
        const qreal x = m_tokens.number();
        const qreal y = m_tokens.number();
        m_control = origin + QPointF(x, y);
        return m_control;
    }

    void cubic(QPointF first, QPointF origin)
    {
        const QPointF second = point(origin);
        const QPointF end = point(origin);
        m_path.cubicTo(first, second, end);
        m_control = second;
    }

    void arc(QPointF origin)
    {
        const qreal rx = m_tokens.number();
        const qreal ry = m_tokens.number();
        m_tokens.number();  // The turn of the ellipse; none of ours is turned.
        const bool large = m_tokens.flag();
        const bool sweep = m_tokens.flag();
        arcTo(m_path, rx, ry, large, sweep, point(origin));
    }

    Tokens m_tokens;
    QPainterPath m_path;
    QPointF m_control;  // The last control point, which S mirrors.
};

}  // namespace

QPainterPath pathFromSvg(QStringView data)
{
    return Reader(data).read();
}

}  // namespace tidemark::app
