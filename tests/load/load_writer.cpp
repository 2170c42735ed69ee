// An application that writes: how often, how much and with which settings is its command line.
#include <cstdio>
#include <memory>

#include "tests/load/arguments.h"
#include "tests/load/ledger.h"
#include "tests/load/meter.h"
#include "tests/load/rhythm.h"
#include "tests/load/stop.h"

namespace load {
namespace {

constexpr const char* kUsage =
    "load_writer DB [--mode flat|paced|bursts|human] [--rate PER_SECOND] [--burst N] [--pause-ms "
    "N]\n"
    "  [--seconds N] [--commits N] (0: until SIGTERM) [--seed N] [--busy-timeout-ms N]\n"
    "  [--journal-mode MODE] [--autocheckpoint PAGES] [--synchronous NORMAL|FULL|OFF] [--page-size "
    "N] [--auto-vacuum "
    "0|1|2]\n"
    "  [--plain yes] (one small insert a commit, no truth) [--rows LIMIT] [--max-body BYTES]\n"
    "  [--big-percent N] [--rollback-percent N] [--schema-percent N] [--journal FILE]\n"
    "  [--checkpoint-every COMMITS] [--checkpoint PASSIVE|FULL|RESTART|TRUNCATE]";

constexpr std::int64_t kBigChanges = 2000;
constexpr std::size_t kPlainBytes = 100;

class Writer {
public:
    explicit Writer(const Arguments& arguments)
        : m_arguments(arguments),
          m_database(arguments.word(0),
                     {.busyTimeoutMs = int(arguments.number("busy-timeout-ms"))}),
          m_chance(seed() + 1),
          m_rhythm(rhythm(arguments), seed() + 2)
    {
        Ledger::create(m_database, arguments.number("page-size"), arguments.number("auto-vacuum"),
                       arguments.text("journal-mode"));
        m_database.run("PRAGMA synchronous = " + arguments.text("synchronous"));
        m_database.run("PRAGMA wal_autocheckpoint = " + arguments.text("autocheckpoint"));
        if (arguments.isSet("journal"))
            m_journal = std::make_unique<Journal>(arguments.text("journal"));
        m_ledger = std::make_unique<Ledger>(m_database, seed(), seed());
        if (arguments.isSet("plain"))
            preparePlain();
    }

    void run()
    {
        Meter meter;
        const std::int64_t endUs = nowUs() + m_arguments.number("seconds") * 1'000'000;
        const std::int64_t last = m_arguments.number("commits");
        for (std::int64_t done = 0; !stopAsked && (last == 0 || done < last); ++done) {
            if (m_arguments.number("seconds") > 0 && nowUs() >= endUs)
                break;
            transact(meter);
            checkpoint(meter, done + 1);
            meter.tick();
            m_rhythm.wait();
        }
        meter.total();
    }

private:
    std::uint64_t seed() const { return static_cast<std::uint64_t>(m_arguments.number("seed")); }

    static Rhythm::Parameters rhythm(const Arguments& arguments)
    {
        return {.mode = arguments.text("mode"),
                .perSecond = std::max<std::int64_t>(1, arguments.number("rate")),
                .burst = arguments.number("burst"),
                .pauseMs = arguments.number("pause-ms")};
    }

    // Its own table's name is outside `load_`: the truth stays right without knowing it.
    void preparePlain()
    {
        m_database.run("CREATE TABLE IF NOT EXISTS plain (id INTEGER PRIMARY KEY, body BLOB)");
        m_plain =
            std::make_unique<Statement>(m_database.prepare("INSERT INTO plain (body) VALUES (?)"));
        m_begin = std::make_unique<Statement>(m_database.prepare("BEGIN IMMEDIATE"));
        m_commit = std::make_unique<Statement>(m_database.prepare("COMMIT"));
        m_plain->bindBlob(1, m_chance.bytes(kPlainBytes));
    }

    void transact(Meter& meter)
    {
        const std::int64_t startUs = nowUs();
        try {
            if (m_plain) {
                m_begin->run();
                m_plain->run();
                m_commit->run();
            } else if (!changeSome()) {
                meter.rolledBack();
                return;
            }
            meter.committed(nowUs() - startUs, m_ledger->truth().n);
        } catch (Busy) {
            m_ledger->rollback();
            meter.locked();
        }
    }

    /// False when chance had it rolled back.
    bool changeSome()
    {
        m_ledger->begin();
        const bool big = m_chance.percent(m_arguments.number("big-percent"));
        const std::int64_t changes = big ? kBigChanges : m_chance.between(1, 4);
        for (std::int64_t i = 0; i < changes; ++i)
            m_ledger->change(m_arguments.number("rows"), m_arguments.number("max-body"));
        if (m_chance.percent(m_arguments.number("schema-percent")))
            m_ledger->changeSchema();
        if (m_chance.percent(m_arguments.number("rollback-percent"))) {
            m_ledger->rollback();
            return false;
        }
        m_ledger->commit(m_journal.get());
        return true;
    }

    void checkpoint(Meter& meter, std::int64_t done)
    {
        const std::int64_t every = m_arguments.number("checkpoint-every");
        if (every == 0 || done % every != 0)
            return;
        const std::int64_t startUs = nowUs();
        Statement statement =
            m_database.prepare("PRAGMA wal_checkpoint(" + m_arguments.text("checkpoint") + ")");
        const bool complete = statement.step() && statement.integer(0) == 0;
        meter.checkpointed(nowUs() - startUs, complete);
    }

    const Arguments& m_arguments;
    Database m_database;
    Chance m_chance;
    Rhythm m_rhythm;
    std::unique_ptr<Journal> m_journal;
    std::unique_ptr<Ledger> m_ledger;
    std::unique_ptr<Statement> m_plain, m_begin, m_commit;
};

}  // namespace
}  // namespace load

int main(int count, char** words)
{
    const load::Arguments arguments(count, words, load::kUsage,
                                    {{"mode", "flat"},
                                     {"rate", "1000"},
                                     {"burst", "100"},
                                     {"pause-ms", "500"},
                                     {"seconds", "0"},
                                     {"commits", "0"},
                                     {"seed", "1"},
                                     {"busy-timeout-ms", "5000"},
                                     {"journal-mode", "wal"},
                                     {"autocheckpoint", "1000"},
                                     {"synchronous", "NORMAL"},
                                     {"page-size", "4096"},
                                     {"auto-vacuum", "0"},
                                     {"plain", ""},
                                     {"rows", "5000"},
                                     {"max-body", "6000"},
                                     {"big-percent", "0"},
                                     {"rollback-percent", "0"},
                                     {"schema-percent", "0"},
                                     {"journal", ""},
                                     {"checkpoint-every", "0"},
                                     {"checkpoint", "TRUNCATE"}});
    load::stopOnSignals();
    try {
        load::Writer(arguments).run();
    } catch (const load::Busy&) {
        std::fprintf(stderr, "the database stayed locked while opening\n");
        return 3;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}
