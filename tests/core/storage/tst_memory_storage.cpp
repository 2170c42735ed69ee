#include "tests/support/memory_storage.h"
#include "tests/support/storage_contract.h"

#include <QTest>

using namespace tidemark::storage;

class TestMemoryStorage : public QObject {
    Q_OBJECT

private slots:
    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        MemoryStorage storage;
        contract::check(clause, storage);
    }
};

QTEST_APPLESS_MAIN(TestMemoryStorage)
#include "tst_memory_storage.moc"
