// The parts together, in the smallest loop that follows a database, against writers and
// checkpointers in processes of their own. Truth comes from the sqlite3 program, which hashes the
// source's rows while the seal keeps writers off, and from a second reading of every page.
#include "core/base/posix_file_system.h"
#include "core/base/random.h"
#include "core/sqlite/anchor.h"
#include "core/sqlite/integrity.h"
#include "core/sqlite/page_snapshot.h"
#include "tests/support/sqlite_shell.h"

#include <QDeadlineTimer>
#include <QFile>

#include <vector>

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

constexpr std::size_t kPageSize = 4096;
constexpr std::uint64_t kStepBytes = 4 << 20;
constexpr std::uint32_t kCycleFrames = 500;

PosixFileSystem disk;

/// Keeps every page of a followed database.
class Follower {
public:
    explicit Follower(const std::string& path)
        : m_anchor(Anchor::attach(disk, path).value()),
          m_sealer(Connection::open(path).value()),
          m_checkpointer(Connection::open(path).value())
    {
        // Until this snapshot the anchor keeps what it does not hold.
        const auto start = PageSnapshot::begin(disk, path).value();
        m_pages.resize(start->pageCount() * kPageSize);
        if (!start->read(1, start->pageCount(), m_pages).ok()) {
            throw std::runtime_error("first snapshot");
        }
        m_captured = start->position();
    }

    /// To the committed end as it is now; false when the log was lost.
    [[nodiscard]] bool capture()
    {
        const auto end = m_anchor->header();
        if (!end.ok()) {
            return m_anchor->handOver(m_captured).ok();
        }
        const bool moved = !end.value().sameEnd(m_anchor->takenAt()) && end.value().mxFrame > 0;
        if (m_anchor->place() == Place::AtZero && moved && !m_anchor->handOver(m_captured).ok()) {
            return false;
        }
        if (m_captured.salts != end.value().salts) {
            m_captured = {.salts = end.value().salts};
            ++restarts;
        }
        const auto range = WalReader(m_anchor->wal()).read(m_captured, end.value(), kStepBytes);
        return range.ok() && take(range.value());
    }

    /// A checkpoint as the design has it for a calm database.
    [[nodiscard]] bool cycle()
    {
        const bool held = m_anchor->handOver(m_captured).value();
        if (m_captured.frame < kCycleFrames || m_anchor->place() == Place::AtZero || !held) {
            return true;
        }
        static_cast<void>(m_checkpointer->checkpoint(CheckpointMode::Passive));
        if (!capture()) {
            return false;
        }
        const auto now = m_anchor->header();
        if (now.ok() && now.value().backfilled == now.value().mxFrame &&
            m_anchor->handOver(m_captured).value() && m_anchor->place() == Place::AtZero) {
            ++cycles;
        }
        return true;
    }

    /// With the writers held off: whether what was captured is the database.
    [[nodiscard]] bool equalsTheSource(const Source& source)
    {
        while (!m_sealer->beginSeal().ok()) {}
        bool same = true;
        do {
            same = capture();
        } while (same && !atTheEnd());
        same = same && samePages(source) && sameRows(source);
        m_sealer->rollback();
        ++comparisons;
        return same;
    }

    int restarts = 0;
    int cycles = 0;
    int comparisons = 0;
    std::uint64_t frames = 0;

private:
    [[nodiscard]] bool take(const WalRange& range)
    {
        if (range.to == range.from) {
            return true;
        }
        const std::size_t before = m_pages.size() / kPageSize;
        m_pages.resize(range.pageCount * kPageSize);
        std::vector<bool> found(range.pageCount + 1);
        for (const PageFrame& page : range.pages) {
            found[page.pageNumber] = true;
            if (!WalReader(m_anchor->wal()).readPage(page.frame, at(page.pageNumber)).ok()) {
                return false;
            }
        }
        for (std::size_t page = before + 1; page <= range.pageCount; ++page) {
            if (!found[page] &&
                !m_anchor->connection().readFile(at(page), (page - 1) * kPageSize).ok()) {
                return false;
            }
        }
        frames += range.to.frame - range.from.frame;
        m_captured = range.to;
        return true;
    }

    [[nodiscard]] std::span<std::byte> at(std::size_t page)
    {
        return std::span(m_pages).subspan((page - 1) * kPageSize, kPageSize);
    }

    [[nodiscard]] bool atTheEnd() const
    {
        const auto end = m_anchor->header();
        return end.ok() && end.value().salts == m_captured.salts &&
               end.value().mxFrame == m_captured.frame;
    }

    [[nodiscard]] bool samePages(const Source& source) const
    {
        const auto now = PageSnapshot::begin(disk, source.name());
        if (!now.ok()) {
            return false;
        }
        std::vector<std::byte> pages(now.value()->pageCount() * kPageSize);
        return now.value()->read(1, now.value()->pageCount(), pages).ok() && pages == m_pages;
    }

    [[nodiscard]] bool sameRows(const Source& source) const
    {
        const QString path = source.folder() + "/copy.db";
        QFile file(path);
        const auto size = static_cast<qint64>(m_pages.size());
        if (!file.open(QFile::WriteOnly | QFile::Truncate) ||
            file.write(reinterpret_cast<const char*>(m_pages.data()), size) != size) {
            return false;
        }
        file.close();
        if (!checkIntegrity(path.toStdString(), true, {}).ok()) {
            return false;
        }
        const QString hash = ".sha3sum\nSELECT 1";
        const QString uri = "file:" + path + "?immutable=1";
        return SqliteShell(uri).run(hash) == SqliteShell(source.path()).run(hash);
    }

    std::unique_ptr<Anchor> m_anchor;
    std::unique_ptr<Connection> m_sealer;
    std::unique_ptr<Connection> m_checkpointer;
    WalPosition m_captured;
    std::vector<std::byte> m_pages;
};

QString writing(Random& random, int lines)
{
    QString sql = "PRAGMA synchronous=OFF;\n";
    for (int i = 0; i < lines; ++i) {
        const QString key = QString::number(random.next() % 2000);
        switch (random.next() % 12) {
        case 0: sql += "DELETE FROM t WHERE k>1000 AND k%7=" + key + "%7;\n"; break;
        case 1: sql += "REPLACE INTO t VALUES(" + key + ",randomblob(20000));\n"; break;
        case 2: sql += "BEGIN; UPDATE t SET v=1 WHERE k<" + key + "; ROLLBACK;\n"; break;
        case 3:
            sql += "BEGIN; UPDATE t SET v=randomblob(300) WHERE k%9=" + key + "%9; COMMIT;\n";
            break;
        default: sql += "REPLACE INTO t VALUES(" + key + ",randomblob(200));\n";
        }
    }
    return sql;
}

QString checkpointing(Random& random)
{
    QString sql;
    for (int i = 0; i < 20'000; ++i) {
        const char* const modes[] = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
        sql += QString("PRAGMA wal_checkpoint(%1);\n").arg(modes[random.next() % 4]);
        sql += random.next() % 40 == 0 ? "VACUUM;\n" : ".shell sleep 0.01\n";
    }
    return sql;
}

/// The sqlite3 program at a script, until it is killed.
class Busy {
public:
    Busy(const Source& source, const QString& script, int number)
    {
        QFile file(source.folder() + QString("/script%1").arg(number));
        if (!file.open(QFile::WriteOnly) || file.write(script.toUtf8()) < 0) {
            qFatal("no script");
        }
        file.close();
        m_process.setStandardInputFile(file.fileName());
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.setStandardErrorFile(QProcess::nullDevice());
        m_process.start("sqlite3", {"-cmd", ".timeout 1000", source.path()});
        m_process.waitForStarted();
    }
    ~Busy()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

private:
    QProcess m_process;
};

}  // namespace

class TestFollowing : public QObject {
    Q_OBJECT

private slots:
    void whateverOthersDoTheCapturedPagesAreTheDatabase()
    {
        const Source source;
        SeededRandom random(20261123);
        Follower follower(source.name());
        const Busy one(source, writing(random, 200'000), 1);
        const Busy other(source, writing(random, 200'000), 2);
        const Busy checkpoints(source, checkpointing(random), 3);
        const QDeadlineTimer end(10'000);
        while (!end.hasExpired()) {
            const QDeadlineTimer next(300);
            while (!next.hasExpired()) {
                QVERIFY(follower.capture());
                QVERIFY(follower.cycle());
            }
            QVERIFY(follower.equalsTheSource(source));
        }
        qInfo("%d comparisons, %llu frames, %d restarts, %d calm cycles", follower.comparisons,
              static_cast<unsigned long long>(follower.frames), follower.restarts, follower.cycles);
        QVERIFY(follower.restarts > 0);
        QVERIFY(follower.frames > 1000);
    }
};

QTEST_GUILESS_MAIN(TestFollowing)
#include "tst_following.moc"
