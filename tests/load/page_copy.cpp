// The bytes of a live database's state, page by page, as SQLite itself sees them.
//   page_copy DB OUT [--hold yes] [--lock no]
// Takes BEGIN IMMEDIATE, so that no writer can change anything, reads every page through SQLite's
// pager (sqlite3_serialize), writes them to OUT and prints which state it is. With --hold the lock
// is kept until stdin ends: whoever captures this database then has exactly this state to capture.
// With `--lock no` a read transaction is enough: for a database at rest that others only read.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "tests/load/arguments.h"
#include "tests/load/truth.h"

namespace load {
namespace {

/// SQLite's own busy handler sleeps ever longer and starves beside a writer that never rests.
int retryAtOnce(void*, int attempts)
{
    constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 200'000};
    constexpr int kMostAttempts = 150'000;  // 30 s
    nanosleep(&kPause, nullptr);
    return attempts < kMostAttempts;
}

void writeAll(const std::string& path, const unsigned char* bytes, std::size_t size)
{
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    for (std::size_t at = 0; file >= 0 && at < size;) {
        const ssize_t written = write(file, bytes + at, size - at);
        if (written <= 0)
            break;
        at += static_cast<std::size_t>(written);
        if (at == size && close(file) == 0)
            return;
    }
    throw std::runtime_error(path + ": cannot be written");
}

void copy(const Arguments& arguments)
{
    Database database(arguments.word(0), {});
    database.run("PRAGMA wal_autocheckpoint = 0");
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_busy_handler(database.get(), retryAtOnce, nullptr);
    database.run(arguments.text("lock") == "no" ? "BEGIN" : "BEGIN IMMEDIATE");
    const std::int64_t cookie = database.value("PRAGMA schema_version");
    const bool known = database.value("SELECT count(*) FROM sqlite_schema WHERE name='load_truth'");
    const TruthRow truth = known ? TruthTable(database).read().value() : TruthRow{};
    sqlite3_int64 size = 0;
    unsigned char* bytes = sqlite3_serialize(database.get(), "main", &size, 0);
    if (!bytes)
        throw std::runtime_error("SQLite cannot serialize the database");
    writeAll(arguments.word(1), bytes, static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    std::printf("{\"n\":%lld,\"schemaVersion\":%lld,\"bytes\":%lld}\n",
                static_cast<long long>(truth.n), static_cast<long long>(cookie),
                static_cast<long long>(size));
    std::fflush(stdout);
    if (arguments.isSet("hold")) {
        char unused = 0;
        while (read(STDIN_FILENO, &unused, 1) > 0) {}
    }
    database.run("ROLLBACK");
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(count, words, "page_copy DB OUT [--hold yes] [--lock no]",
                                    {{"hold", ""}, {"lock", ""}});
    try {
        load::copy(arguments);
    } catch (const load::Busy&) {
        std::fprintf(stderr, "the database stayed locked\n");
        return 3;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
