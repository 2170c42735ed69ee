#include "core/sqlite/file_vfs.h"

#include "core/base/posix_file_system.h"
#include "tests/support/sqlite_shell.h"

using namespace tidemark;
using namespace tidemark::sqlite;

namespace {

/// A file whose read number `failAt` fails.
class FailingFile final : public File {
public:
    explicit FailingFile(std::unique_ptr<File> file) : m_file(std::move(file)) {}

    void failAt(int read) { m_failAt = m_reads + read; }
    [[nodiscard]] int reads() const { return m_reads; }

    [[nodiscard]] Result<std::size_t> readAt(std::span<std::byte> into,
                                             std::uint64_t offset) const override
    {
        if (++m_reads == m_failAt) {
            return Error{.code = ErrorCode::Io};
        }
        return m_file->readAt(into, offset);
    }
    [[nodiscard]] Status writeAt(std::span<const std::byte>, std::uint64_t) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }
    [[nodiscard]] Status sync() override { return {}; }
    [[nodiscard]] Result<std::uint64_t> sizeBytes() const override { return m_file->sizeBytes(); }
    [[nodiscard]] Status resize(std::uint64_t) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }

private:
    std::unique_ptr<File> m_file;
    mutable int m_reads = 0;
    int m_failAt = 0;
};

}  // namespace

class TestFileVfs : public QObject {
    Q_OBJECT

    PosixFileSystem m_files;

    /// The sum of all numbers in the table, empty when SQLite could not read them.
    static std::optional<sqlite3_int64> sum(sqlite3* handle)
    {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(handle, "SELECT sum(v) FROM n", -1, &statement, nullptr);
        const bool isRow = sqlite3_step(statement) == SQLITE_ROW;
        const auto value = isRow ? std::optional(sqlite3_column_int64(statement, 0)) : std::nullopt;
        sqlite3_finalize(statement);
        return value;
    }

private slots:
    void whatAReadThatFailedLeftIsNotTakenForTheFile()
    {
        const Source source(false);
        {
            SqliteShell application(source.path());
            application.run(
                "CREATE TABLE n(v, filler); WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL "
                "SELECT x+1 FROM c WHERE x<2000) INSERT INTO n SELECT x, "
                "zeroblob(900) FROM c");
        }
        FailingFile file(m_files.open(source.name(), OpenFor::Reading, kPrivateFile).value());
        const FileVfs vfs(file);
        sqlite3* handle = nullptr;
        QCOMPARE(sqlite3_open_v2("any", &handle, SQLITE_OPEN_READONLY, vfs.name()), SQLITE_OK);
        sqlite3_exec(handle, "PRAGMA cache_size=5", nullptr, nullptr, nullptr);
        QCOMPARE(sum(handle), std::optional<sqlite3_int64>(2001000));
        const int before = file.reads();
        QCOMPARE(sum(handle), std::optional<sqlite3_int64>(2001000));
        const int each = file.reads() - before;
        QVERIFY(each > 5);
        for (int read = 1; read <= each; ++read) {
            file.failAt(read);
            QVERIFY(!sum(handle));
            QCOMPARE(sum(handle), std::optional<sqlite3_int64>(2001000));
        }
        sqlite3_close(handle);
    }
};

QTEST_GUILESS_MAIN(TestFileVfs)
#include "tst_file_vfs.moc"
