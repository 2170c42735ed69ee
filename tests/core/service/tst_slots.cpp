#include "core/service/slots.h"

#include <QTest>

using namespace tidemark::service;

class TestSlots : public QObject {
    Q_OBJECT

private slots:
    void eachPlaceHasItsOwn()
    {
        Slots places(2);
        QVERIFY(places.tryTake("a") && places.tryTake("a"));
        QVERIFY(!places.tryTake("a"));
        QVERIFY(places.tryTake("b"));
        places.giveBack("a");
        QVERIFY(places.tryTake("a"));
        QVERIFY(!places.tryTake("a"));
    }
};

QTEST_APPLESS_MAIN(TestSlots)
#include "tst_slots.moc"
