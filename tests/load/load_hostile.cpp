// The neighbours from hell: lives of an application, one after the other, each in a process of its
// own that opens the database, does a few random hostile things and leaves, or is killed in the
// middle of a transaction.  load_hostile DB [--seconds N] [--seed N] [--journal FILE] ...
// At the end: what was done, as one JSON object on stdout.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <memory>
#include <new>

#include "tests/load/arguments.h"
#include "tests/load/ledger.h"
#include "tests/load/rhythm.h"
#include "tests/load/stop.h"

namespace load {
namespace {

constexpr const char* kUsage =
    "load_hostile DB [--seconds N] (0: until SIGTERM) [--seed N] [--journal FILE] [--rows LIMIT]\n"
    "  [--kill-percent N] [--vacuum-percent N] (of its acts)";

/// Shared by the parent and its lives; lock-free, so a killed life leaves nothing locked.
struct Deeds {
    std::atomic<std::int64_t> commits, rollbacks, checkpoints, vacuums, longReads, schemaChanges,
        locked;
};

/// One life of the application, in its own process.
class Life {
public:
    Life(const Arguments& arguments, std::uint64_t seed, Deeds& deeds)
        : m_arguments(arguments),
          m_deeds(deeds),
          m_chance(seed),
          m_database(arguments.word(0), {.busyTimeoutMs = int(m_chance.between(0, 1) * 2000)}),
          m_journal(arguments.text("journal"))
    {
        constexpr std::int64_t kAutocheckpoints[] = {0, 1, 10, 50, 1000};
        const auto chosen =
            static_cast<std::size_t>(m_chance.between(0, std::ssize(kAutocheckpoints) - 1));
        m_database.run("PRAGMA wal_autocheckpoint = " + std::to_string(kAutocheckpoints[chosen]));
        m_database.run("PRAGMA synchronous = " + std::to_string(m_chance.between(0, 2)));
        // A small cache spills uncommitted pages into the WAL.
        m_database.run("PRAGMA cache_size = " + std::to_string(m_chance.between(5, 40)));
    }

    void live()
    {
        m_ledger = std::make_unique<Ledger>(m_database, m_chance.bits(), m_chance.bits());
        const std::int64_t acts = m_chance.between(1, 60);
        for (std::int64_t i = 0; i < acts && !stopAsked; ++i) {
            try {
                act();
            } catch (Busy) {
                m_ledger->rollback();
                ++m_deeds.locked;
            }
        }
    }

private:
    void act()
    {
        const std::int64_t dice = m_chance.between(1, 100);
        if (m_chance.percent(m_arguments.number("vacuum-percent")))
            vacuum();
        else if (dice <= 15)
            checkpoint();
        else if (dice <= 22)
            readLong();
        else
            transact(dice <= 30 ? 1500 : m_chance.between(1, 30), dice > 30 && dice <= 40);
    }

    void vacuum()
    {
        m_database.run(m_chance.percent(80) ? "VACUUM" : "PRAGMA incremental_vacuum(5)");
        ++m_deeds.vacuums;
    }

    void checkpoint()
    {
        constexpr const char* kModes[] = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};
        const auto mode = static_cast<std::size_t>(m_chance.between(0, std::ssize(kModes) - 1));
        m_database.prepare(std::string("PRAGMA wal_checkpoint(") + kModes[mode] + ")").run();
        ++m_deeds.checkpoints;
    }

    void readLong()
    {
        m_database.run("BEGIN");
        m_database.value("SELECT count(*) FROM load_item");
        pauseMs(m_chance.between(1, 400));
        m_database.value("SELECT sum(length(body)) FROM load_item");
        m_database.run("ROLLBACK");
        ++m_deeds.longReads;
    }

    void transact(std::int64_t changes, bool rollBack)
    {
        constexpr std::int64_t kMaxBodyBytes = 6000;
        const std::int64_t killAt = m_chance.percent(m_arguments.number("kill-percent"))
                                        ? m_chance.between(0, changes)
                                        : -1;
        m_ledger->begin();
        for (std::int64_t i = 0; i < changes; ++i) {
            if (i == killAt)
                kill(getpid(), SIGKILL);
            m_ledger->change(m_arguments.number("rows"), kMaxBodyBytes);
        }
        const bool schema = m_chance.percent(5);
        if (schema)
            m_ledger->changeSchema();
        if (rollBack) {
            m_ledger->rollback();
            ++m_deeds.rollbacks;
            return;
        }
        if (killAt == changes) {
            m_ledger->seal();
            kill(getpid(), SIGKILL);
        }
        m_ledger->commit(&m_journal);
        ++m_deeds.commits;
        m_deeds.schemaChanges += schema ? 1 : 0;
    }

    static void pauseMs(std::int64_t ms)
    {
        const timespec pause{.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1'000'000};
        nanosleep(&pause, nullptr);
    }

    const Arguments& m_arguments;
    Deeds& m_deeds;
    Chance m_chance;
    Database m_database;
    Journal m_journal;
    std::unique_ptr<Ledger> m_ledger;
};

/// The child's exit code: 0 a life well lived, 3 never got in, 1 something that should not happen.
int liveOnce(const Arguments& arguments, std::uint64_t seed, Deeds& deeds)
{
    try {
        Life(arguments, seed, deeds).live();
    } catch (const Busy&) {
        ++deeds.locked;
        return 3;
    } catch (const Failure& failure) {
        std::fprintf(stderr, "hostile: %s (%d)\n", failure.what(), failure.code);
        return 1;
    }
    return 0;
}

struct Fates {
    long long lives = 0, killed = 0, failed = 0;
};

Fates raise(const Arguments& arguments, Deeds& deeds)
{
    Fates fates;
    Chance chance(static_cast<std::uint64_t>(arguments.number("seed")));
    const std::int64_t endUs = nowUs() + arguments.number("seconds") * 1'000'000;
    while (!stopAsked && (arguments.number("seconds") == 0 || nowUs() < endUs)) {
        const std::uint64_t seed = chance.bits();
        const pid_t child = fork();
        if (child == 0)
            _exit(liveOnce(arguments, seed, deeds));
        int status = 0;
        while (waitpid(child, &status, 0) < 0) {
            if (stopAsked)
                kill(child, SIGTERM);
        }
        ++fates.lives;
        fates.killed += WIFSIGNALED(status) ? 1 : 0;
        fates.failed += WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 1 : 0;
    }
    return fates;
}

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(count, words, load::kUsage,
                                    {{"seconds", "0"},
                                     {"seed", "1"},
                                     {"journal", "/dev/null"},
                                     {"rows", "5000"},
                                     {"kill-percent", "3"},
                                     {"vacuum-percent", "2"}});
    load::stopOnSignals();
    void* shared = mmap(nullptr, sizeof(load::Deeds), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    auto& deeds = *new (shared) load::Deeds{};
    const load::Fates fates = load::raise(arguments, deeds);
    std::printf(
        "{\"lives\":%lld,\"killed\":%lld,\"failed\":%lld,\"commits\":%lld,\"rollbacks\":%lld,"
        "\"checkpoints\":%lld,\"vacuums\":%lld,\"longReads\":%lld,\"schemaChanges\":%lld,"
        "\"locked\":%lld}\n",
        fates.lives, fates.killed, fates.failed, static_cast<long long>(deeds.commits),
        static_cast<long long>(deeds.rollbacks), static_cast<long long>(deeds.checkpoints),
        static_cast<long long>(deeds.vacuums), static_cast<long long>(deeds.longReads),
        static_cast<long long>(deeds.schemaChanges), static_cast<long long>(deeds.locked));
    return fates.failed == 0 ? 0 : 1;
}
