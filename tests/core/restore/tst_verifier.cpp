#include "core/restore/verifier.h"

#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "tests/support/made_replica.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::restore;
using replica::MadeReplica;

constexpr const char* kFirst = "ltx/9/0000000000000001-0000000000000001.ltx";

class TestVerifier : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random{7};

    Result<Verified> verify(const MadeReplica& made, const OnProgress& progress = {})
    {
        Verifier verifier(made.storage, m_files, m_clock, m_random);
        return verifier.verify(replica::Latest{}, m_folder.path().toStdString(), Check::None,
                               progress, {});
    }

    static void fill(MadeReplica& made)
    {
        made.commit({1, 2, 3}, 3);
        made.commit({1, 2, 3}, 3);
        made.commit({2}, 3);
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        made.put(0, 3, 3);
    }

    static void damageFirst(MadeReplica& made)
    {
        std::string& bytes = made.storage.objects().at(kFirst).bytes;
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    }

private slots:
    void aGoodMomentIsProvenAndLeavesNothing()
    {
        MadeReplica made;
        fill(made);
        Progress last;
        const auto verified = verify(made, [&](const Progress& progress) {
            QVERIFY(progress.doneBytes >= last.doneBytes);
            last = progress;
        });
        QVERIFY(verified.ok());
        QVERIFY(verified.value().restored.verdict == Verdict::Proven);
        QCOMPARE(verified.value().objects, 3U);
        QCOMPARE(last.doneBytes, last.totalBytes);
        QVERIFY(QDir(m_folder.path()).isEmpty(QDir::Files | QDir::Hidden));
    }

    void damageThatNoPageComesFromIsFoundToo()
    {
        MadeReplica made;
        made.commit({1, 2, 3}, 3);
        made.commit({1, 2}, 3);
        made.commit({2, 3}, 3);
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        made.put(0, 3, 3);
        damageFirst(made);
        const auto verified = verify(made);
        QVERIFY(!verified.ok() && verified.error().code == ErrorCode::Damaged);
        QVERIFY(inEnglish(verified.error().what).starts_with("ltx/9/"));
        QCOMPARE(inEnglish(verified.error().next),
                 std::string("No other moment of this replica can be restored."));
        QVERIFY(QDir(m_folder.path()).isEmpty(QDir::Files | QDir::Hidden));
    }

    void whatIsDamagedIsToldThoughAnotherWayIsProven()
    {
        MadeReplica made;
        fill(made);
        damageFirst(made);
        Verifier verifier(made.storage, m_files, m_clock, m_random);
        const auto folder = m_folder.path().toStdString();
        const auto verified = verifier.verify(replica::Latest{}, folder, Check::None, {}, {});
        QVERIFY(verified.ok());
        QVERIFY(verified.value().restored.verdict == Verdict::Proven);
        // The second has every page.
        QCOMPARE(verified.value().objects, 2U);
        QCOMPARE(verifier.damaged().size(), std::size_t{1});
        QCOMPARE(verifier.damaged().front().name, std::string(kFirst));
        // Known before, it is not read again.
        Verifier knowing(made.storage, m_files, m_clock, m_random);
        knowing.avoid({kFirst});
        QVERIFY(knowing.verify(replica::Latest{}, folder, Check::None, {}, {}).ok());
        QVERIFY(knowing.damaged().empty());
    }
};

QTEST_APPLESS_MAIN(TestVerifier)
#include "tst_verifier.moc"
