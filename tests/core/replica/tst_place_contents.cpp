#include "core/replica/place_contents.h"
#include "core/storage/probe.h"
#include "tests/support/memory_storage.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;
using Kind = PlaceContents::Kind;

class TestPlaceContents : public QObject {
    Q_OBJECT

private slots:
    void whatStandsInAPlaceIsNamed_data()
    {
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QString>("example");
        const QString ltx = "ltx/0/0000000000000001-0000000000000001.ltx";
        const QString wal = "generations/0123456789abcdef/wal/00000000_00000000.wal.lz4";
        const QString test = QString::fromUtf8(storage::kProbeStem.data()) + "0123456789abcdef";
        QTest::newRow("empty") << QStringList() << Kind::Nothing << QString();
        QTest::newRow("of a test")
            << QStringList{test, "tidemark/marks/a"} << Kind::Nothing << QString();
        QTest::newRow("ours") << QStringList{"a.txt", ltx, test} << Kind::Replica << ltx;
        QTest::newRow("0.3") << QStringList{wal} << Kind::Legacy << wal;
        QTest::newRow("both") << QStringList{wal, ltx} << Kind::Replica << ltx;
        QTest::newRow("others") << QStringList{"photos/1.jpg"} << Kind::Others << "photos/1.jpg";
        QTest::newRow("not quite")
            << QStringList{"ltx/notes.txt"} << Kind::Others << "ltx/notes.txt";
        QTest::newRow("further down")
            << QStringList{"notes/" + ltx} << Kind::Others << "notes/" + ltx;
    }
    void whatStandsInAPlaceIsNamed()
    {
        QFETCH(QStringList, names);
        QFETCH(Kind, kind);
        QFETCH(QString, example);
        storage::MemoryStorage storage;
        for (const QString& name : names) {
            storage.objects()[name.toStdString()] = {};
        }
        const auto found = contentsOf(storage, {});
        QVERIFY(found.ok());
        QCOMPARE(found.value(), (PlaceContents{.kind = kind, .example = example.toStdString()}));
    }
};

QTEST_APPLESS_MAIN(TestPlaceContents)
#include "tst_place_contents.moc"
