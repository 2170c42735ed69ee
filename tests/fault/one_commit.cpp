// An application that makes one transaction with synchronous=FULL, of which one write or sync may
// go wrong (commit_fault.so).  one_commit DB [--changes N] [--autocheckpoint PAGES] [--cache PAGES]
//   [--who N] [--journal FILE] [--again yes]
// Prints {"committed":..,"calls":..,"n":..}. With --again it tries anew after an error, as
// applications do, in the same connection. Killed by the fault it prints nothing.
#include <dlfcn.h>

#include <cstdio>

#include "tests/load/arguments.h"
#include "tests/load/ledger.h"

namespace load {
namespace {

constexpr std::int64_t kRows = 2000;
constexpr std::int64_t kMaxBodyBytes = 6000;

/// False when SQLite refused; the transaction is rolled back then.
bool transact(Ledger& ledger, std::int64_t changes, Journal& journal)
{
    try {
        ledger.begin();
        for (std::int64_t i = 0; i < changes; ++i)
            ledger.change(kRows, kMaxBodyBytes);
        ledger.commit(&journal);
        return true;
    } catch (const Failure& failure) {
        std::fprintf(stderr, "%s (%d)\n", failure.what(), failure.code);
        ledger.rollback();
        return false;
    }
}

void run(const Arguments& arguments)
{
    Database database(arguments.word(0), {.busyTimeoutMs = 30'000});
    database.run("PRAGMA synchronous = FULL");
    database.run("PRAGMA wal_autocheckpoint = " + arguments.text("autocheckpoint"));
    database.run("PRAGMA cache_size = " + arguments.text("cache"));
    const auto who = static_cast<std::uint64_t>(arguments.number("who"));
    Ledger ledger(database, who, who);
    Journal journal(arguments.text("journal"));
    const auto arm = reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "commit_fault_arm"));
    const auto disarm = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "commit_fault_disarm"));
    if (arm)
        arm();
    bool committed = transact(ledger, arguments.number("changes"), journal);
    const int calls = disarm ? disarm() : 0;
    if (!committed && arguments.isSet("again"))
        committed = transact(ledger, arguments.number("changes"), journal);
    std::printf("{\"committed\":%s,\"calls\":%d,\"n\":%lld}\n", committed ? "true" : "false", calls,
                static_cast<long long>(ledger.truth().n));
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(
        count, words,
        "one_commit DB [--changes N] [--autocheckpoint PAGES] [--cache PAGES] [--who N]\n"
        "  [--journal FILE] [--again yes]",
        {{"changes", "5"},
         {"autocheckpoint", "0"},
         {"cache", "2000"},
         {"who", "1"},
         {"journal", "/dev/null"},
         {"again", ""}});
    try {
        load::run(arguments);
    } catch (const load::Busy&) {
        std::fprintf(stderr, "the database stayed locked\n");
        return 3;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
