// Does a database hold a state that its application had?  truth_check DB... [--live yes]
// Scans every row, compares with the truth stored beside them, and runs SQLite's integrity check.
// Prints one JSON object a file. Exit 0 when all are right, 1 with the reason on stderr when one is
// not. A file is opened as immutable, so that nothing appears beside it; with --live it may be in
// use.
#include <cstdio>
#include <optional>

#include "tests/load/arguments.h"
#include "tests/load/truth.h"

namespace load {
namespace {

/// What is wrong, or nothing.
std::optional<std::string> wrongness(Database& database, const TruthRow& stored)
{
    const TruthRow found = scanTruth(database);
    if (found.rows != stored.rows)
        return std::to_string(found.rows) + " rows, the truth says " + std::to_string(stored.rows);
    if (found.sum != stored.sum)
        return "the rows' sum is not the one that the truth says";
    if (found.schemaSum != stored.schemaSum)
        return "the schema is not the one that the truth says";
    Statement integrity = database.prepare("PRAGMA integrity_check");
    if (!integrity.step() || integrity.text(0) != "ok")
        return "integrity_check: " + integrity.text(0);
    return {};
}

bool check(const std::string& path, bool live)
{
    Database database(path, {.busyTimeoutMs = 30'000, .readOnly = live, .immutable = !live});
    database.run("BEGIN");
    const std::optional<TruthRow> stored = TruthTable(database).read();
    if (!stored) {
        std::fprintf(stderr, "%s: its truth row does not fit itself\n", path.c_str());
        return false;
    }
    const auto wrong = wrongness(database, *stored);
    if (wrong)
        std::fprintf(stderr, "%s: n %lld: %s\n", path.c_str(), static_cast<long long>(stored->n),
                     wrong->c_str());
    std::printf(
        "{\"n\":%lld,\"who\":%llu,\"atMs\":%lld,\"rows\":%lld,\"check\":\"%016llx\","
        "\"schemaVersion\":%lld,\"right\":%s}\n",
        static_cast<long long>(stored->n), static_cast<unsigned long long>(stored->who),
        static_cast<long long>(stored->atMs), static_cast<long long>(stored->rows),
        static_cast<unsigned long long>(stored->check()),
        static_cast<long long>(database.value("PRAGMA schema_version")), wrong ? "false" : "true");
    return !wrong;
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(count, words, "truth_check DB... [--live yes]", {{"live", ""}});
    bool allRight = true;
    for (std::size_t i = 0; i < arguments.words(); ++i) {
        try {
            allRight &= load::check(arguments.word(i), arguments.isSet("live"));
        } catch (const load::Busy&) {
            std::fprintf(stderr, "%s: locked\n", arguments.word(i).c_str());
            allRight = false;
        } catch (const std::exception& failure) {
            std::fprintf(stderr, "%s: %s\n", arguments.word(i).c_str(), failure.what());
            allRight = false;
        }
    }
    return allRight ? 0 : 1;
}
