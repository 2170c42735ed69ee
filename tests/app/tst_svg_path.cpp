#include "app/drawn/svg_path.h"

#include <QTest>

using namespace tidemark::app;

class TestSvgPath : public QObject {
    Q_OBJECT

private slots:
    void linesMayBeAbsoluteOrRelative()
    {
        const QPainterPath expected = [] {
            QPainterPath path;
            path.moveTo(2, 3);
            path.lineTo(6, 3);
            path.lineTo(6, 8);
            path.lineTo(2, 3);
            return path;
        }();
        QCOMPARE(pathFromSvg(u"M2 3H6V8L2 3"), expected);
        QCOMPARE(pathFromSvg(u"m2 3h4v5l-4-5"), expected);
    }

    void numbersMayTouch()
    {
        QCOMPARE(pathFromSvg(u"M.5.5l1.5-.25"), pathFromSvg(u"M 0.5,0.5 l 1.5 -0.25"));
    }

    void pairsAfterAMoveAreLines()
    {
        QCOMPARE(pathFromSvg(u"M1 1 2 2 3 1"), pathFromSvg(u"M1 1L2 2L3 1"));
    }

    void twoHalfArcsMakeACircle()
    {
        const QRectF bounds = pathFromSvg(u"M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z").boundingRect();
        QVERIFY(qAbs(bounds.left() - 2) < 0.01);
        QVERIFY(qAbs(bounds.right() - 14) < 0.01);
        QVERIFY(qAbs(bounds.top() - 2) < 0.01);
        QVERIFY(qAbs(bounds.bottom() - 14) < 0.01);
    }

    void anArcEndsWhereItSays()
    {
        const QPainterPath path = pathFromSvg(u"M3 5.5A5.75 5.75 0 1 1 2.25 8");
        QVERIFY(qAbs(path.currentPosition().x() - 2.25) < 0.01);
        QVERIFY(qAbs(path.currentPosition().y() - 8) < 0.01);
    }
};

QTEST_GUILESS_MAIN(TestSvgPath)
#include "tst_svg_path.moc"
