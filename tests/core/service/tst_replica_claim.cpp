#include "core/base/posix_file_system.h"
#include "core/service/replica_claim.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

class TestReplicaClaim : public QObject {
    Q_OBJECT

    PosixFileSystem m_files;
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }
    void make(const char* name)
    {
        QFile file(m_folder->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    Result<ReplicaClaim> claim(const char* database)
    {
        return ReplicaClaim::make(m_files, path("data"), "0123456789abcdef", path(database));
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        make("a.db");
        make("b.db");
    }

    void aReplicaIsClaimedByOne()
    {
        auto first = claim("a.db");
        QVERIFY(first.ok());
        auto held = std::move(first).value();
        QVERIFY(held.note().ok());
        QVERIFY(claim("b.db").error().code == ErrorCode::AlreadyExists);
        QVERIFY(claim("a.db").error().code == ErrorCode::Busy);
    }

    void whatIsInItIsItsOwners()
    {
        {
            auto first = claim("a.db").value();
            QVERIFY(first.mayHoldOurs().ok());
            QVERIFY(first.note().ok());
        }
        const auto second = claim("b.db").value();
        const Status refused = second.mayHoldOurs();
        QVERIFY(!refused.ok() && refused.error().code == ErrorCode::AlreadyExists);
        QVERIFY(inEnglish(refused.error().what).find("a.db") != std::string::npos);
    }

    void whatNobodyHasClaimedAnyMoreIsFree()
    {
        const auto isIts = [](const std::string& id) { return id == "0123456789abcdef"; };
        const auto isFree = [&] { return ReplicaClaim::isFree(m_files, path("data"), isIts); };
        QVERIFY(!isFree());
        {
            const auto held = claim("a.db");
            QVERIFY(held.ok() && !isFree());
        }
        QVERIFY(isFree());
        QVERIFY(!ReplicaClaim::isFree(m_files, path("data"), [](const auto&) { return false; }));
    }

    void whereTheOwnerHasGoneItMayBeTheSame()
    {
        QVERIFY(claim("a.db").value().note().ok());
        QVERIFY(QFile::remove(m_folder->filePath("a.db")));
        auto moved = claim("b.db").value();
        QVERIFY(moved.mayHoldOurs().ok());
        QVERIFY(moved.note().ok());
        make("a.db");
        QVERIFY(moved.mayHoldOurs().ok());
    }
};

QTEST_GUILESS_MAIN(TestReplicaClaim)
#include "tst_replica_claim.moc"
