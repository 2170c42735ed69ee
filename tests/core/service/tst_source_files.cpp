#include "core/service/source_files.h"

#include <QTest>

#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::service;

namespace {

constexpr sqlite::FileId kFile{.device = 1, .inode = 7};
constexpr sqlite::FileId kOther{.device = 2, .inode = 7};

bool isThere(const std::string&)
{
    return true;
}

bool hasGone(const std::string&)
{
    return false;
}

}  // namespace

class TestSourceFiles : public QObject {
    Q_OBJECT

    SourceFiles m_sources;

private slots:
    void cleanup()
    {
        for (const char* const path : {"/a", "/b", "/c"}) {
            m_sources.giveBack(path);
        }
    }

    void aFileIsFollowedByOneOfItsNames()
    {
        QVERIFY(!m_sources.take(kFile, "/a", isThere));
        QCOMPARE(m_sources.take(kFile, "/b", isThere), "/a");
        // By the same name again, too.
        QVERIFY(!m_sources.take(kFile, "/a", isThere));
        QVERIFY(!m_sources.take(kOther, "/c", isThere));
    }

    void whoLeavesItLeavesItToTheNextOne()
    {
        QVERIFY(!m_sources.take(kFile, "/a", isThere));
        m_sources.giveBack("/a");
        QVERIFY(!m_sources.take(kFile, "/b", isThere));
    }

    void aNumberThatIsUsedAgainIsTheNewFiles()
    {
        QVERIFY(!m_sources.take(kFile, "/a", isThere));
        QVERIFY(!m_sources.take(kFile, "/b", hasGone));
        // It is no more that of the first one, who leaves nothing to anybody.
        m_sources.giveBack("/a");
        QCOMPARE(m_sources.take(kFile, "/c", isThere), "/b");
    }

    void oneThatAnotherOneTakesEachTimeIsHis()
    {
        QVERIFY(!m_sources.take(kFile, "/a", isThere));
        std::vector<std::string> asked;
        const auto taken = m_sources.take(kFile, "/b", [&](const std::string& other) {
            asked.push_back(other);
            // Meanwhile a third one comes, whose file goes as well.
            m_sources.giveBack(other);
            static_cast<void>(m_sources.take(kFile, other == "/a" ? "/c" : "/a", isThere));
            return false;
        });
        QVERIFY(taken.has_value());
        QVERIFY(asked.size() > 1 && asked.size() < 100);
    }
};

QTEST_GUILESS_MAIN(TestSourceFiles)
#include "tst_source_files.moc"
