// A database of a given size to measure with.  load_fill DB MIB [--page-size N] [--seed N] [--wal
// no] Its content is about 2:1 under LZ4, as ordinary tables are. At the end everything is in the
// main file and no -wal is left.
#include <cstdio>

#include "tests/load/arguments.h"
#include "tests/load/ledger.h"

namespace load {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::size_t kRowBytes = 2000;
constexpr std::int64_t kRowsPerCommit = 8000;

void fill(const Arguments& arguments)
{
    Database database(arguments.word(0), {});
    Ledger::create(database, arguments.number("page-size"), 0);
    // Speed of the filling is not what is measured; nobody else reads yet.
    database.run("PRAGMA journal_mode = off");
    database.run("PRAGMA synchronous = off");
    database.run("CREATE TABLE IF NOT EXISTS filling (id INTEGER PRIMARY KEY, body BLOB)");
    Statement insert = database.prepare("INSERT INTO filling (body) VALUES (?)");
    Statement pages = database.prepare("PRAGMA page_count");
    Chance chance(static_cast<std::uint64_t>(arguments.number("seed")));
    const std::int64_t enough =
        std::stoll(arguments.word(1)) * kMiB / arguments.number("page-size");
    while (pages.value() < enough) {
        database.run("BEGIN");
        for (std::int64_t i = 0; i < kRowsPerCommit && pages.value() < enough; ++i)
            insert.bindBlob(1, chance.bytes(kRowBytes)).run();
        database.run("COMMIT");
    }
    database.run(arguments.text("wal") == "no" ? "PRAGMA journal_mode = delete"
                                               : "PRAGMA journal_mode = wal");
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(count, words,
                                    "load_fill DB MIB [--page-size N] [--seed N] [--wal no]",
                                    {{"page-size", "4096"}, {"seed", "1"}, {"wal", ""}});
    try {
        load::fill(arguments);
    } catch (const load::Busy&) {
        std::fprintf(stderr, "the database is locked\n");
        return 3;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
