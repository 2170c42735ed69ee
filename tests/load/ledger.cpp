#include "tests/load/ledger.h"

#include <ctime>

namespace load {
namespace {

constexpr int kExtraTables = 8;
constexpr int kExtraRows = 20;
// An added column cannot be dropped by SQLite before 3.35; a few prove the point.
constexpr int kAddedColumns = 6;

std::int64_t wallClockMs()
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

std::string extraTable(std::int64_t number)
{
    return "load_extra_" + std::to_string(number);
}

}  // namespace

Ledger::Ledger(Database& database, std::uint64_t who, std::uint64_t seed)
    : m_database(database),
      m_who(who),
      m_chance(seed),
      m_begin(database.prepare("BEGIN IMMEDIATE")),
      m_commit(database.prepare("COMMIT")),
      m_read(database.prepare("SELECT * FROM load_item WHERE id = ?")),
      m_next(database.prepare("SELECT id FROM load_item WHERE id >= ? ORDER BY id LIMIT 1")),
      m_last(database.prepare("SELECT max(id) FROM load_item")),
      m_insert(database.prepare("INSERT INTO load_item (owner, name, body) VALUES (?, ?, ?)")),
      m_update(database.prepare("UPDATE load_item SET owner = ?, name = ?, body = ? WHERE id = ?")),
      m_erase(database.prepare("DELETE FROM load_item WHERE id = ?")),
      m_truthTable(database)
{
}

void Ledger::create(Database& database, std::int64_t pageSize, std::int64_t autoVacuum,
                    const std::string& journalMode)
{
    database.run("PRAGMA page_size = " + std::to_string(pageSize));
    database.run("PRAGMA auto_vacuum = " + std::to_string(autoVacuum));
    database.run("PRAGMA journal_mode = " + journalMode);
    database.run("BEGIN IMMEDIATE");
    database.run(
        "CREATE TABLE IF NOT EXISTS load_item (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT, "
        "body BLOB)");
    database.run("CREATE INDEX IF NOT EXISTS load_item_owner ON load_item (owner)");
    database.run("CREATE INDEX IF NOT EXISTS load_item_name ON load_item (name)");
    database.run(
        "CREATE TABLE IF NOT EXISTS load_truth (id INTEGER PRIMARY KEY CHECK (id = 1), n, who, "
        "at_ms, row_count, row_sum, schema_sum, row_check)");
    database.run("INSERT OR IGNORE INTO load_truth (id) VALUES (1)");
    TruthTable truth(database);
    if (!truth.read())
        truth.write(scanTruth(database));
    database.run("COMMIT");
}

void Ledger::begin()
{
    m_begin.run();
    const std::optional<TruthRow> stored = m_truthTable.read();
    if (!stored)
        throw Failure(SQLITE_CORRUPT, "the live database's truth does not fit itself");
    m_truth = *stored;
    ++m_truth.n;
    m_truth.who = m_who;
}

void Ledger::change(std::int64_t rowLimit, std::int64_t maxBodyBytes)
{
    const bool full = m_truth.rows >= rowLimit;
    const std::int64_t dice = m_chance.between(1, 100);
    const std::int64_t id = m_truth.rows > 0 ? someId() : 0;
    if (id == 0 || dice <= (full ? 20 : 45))
        insert(maxBodyBytes);
    else if (dice <= (full ? 60 : 80))
        update(id, maxBodyBytes);
    else
        erase(id);
}

void Ledger::changeSchema()
{
    const std::int64_t columns =
        m_database.value("SELECT count(*) FROM pragma_table_info('load_item')");
    const std::string table = extraTable(m_chance.between(1, kExtraTables));
    if (columns < 4 + kAddedColumns && m_chance.percent(10)) {
        m_database.run("ALTER TABLE load_item ADD COLUMN added_" + std::to_string(columns));
    } else if (m_database.value("SELECT count(*) FROM sqlite_schema WHERE name = '" + table +
                                "'")) {
        TruthRow gone;
        addTable(m_database, table, gone);
        m_truth.rows -= gone.rows;
        m_truth.sum -= gone.sum;
        m_database.run("DROP TABLE " + table);
    } else {
        m_database.run("CREATE TABLE " + table + " (a INTEGER PRIMARY KEY, b UNIQUE)");
        Statement fill = m_database.prepare("INSERT INTO " + table + " (b) VALUES (?)");
        for (int i = 0; i < kExtraRows; ++i)
            fill.bindBlob(1, m_chance.bytes(static_cast<std::size_t>(m_chance.between(16, 900))))
                .run();
        addTable(m_database, table, m_truth);
    }
    m_truth.schemaSum = schemaSum(m_database);
}

void Ledger::seal()
{
    m_truth.atMs = wallClockMs();
    m_truthTable.write(m_truth);
}

void Ledger::commit(Journal* journal)
{
    seal();
    m_commit.run();
    if (journal)
        journal->add(m_truth);
}

void Ledger::rollback()
{
    m_database.tryRun("ROLLBACK");
}

void Ledger::insert(std::int64_t maxBodyBytes)
{
    m_insert.bind(1, m_chance.between(1, 1000))
        .bindText(2, m_chance.word(12))
        .bindBlob(3, m_chance.bytes(static_cast<std::size_t>(bodySize(maxBodyBytes))))
        .run();
    m_truth.sum += hashOf(sqlite3_last_insert_rowid(m_database.get()));
    ++m_truth.rows;
}

void Ledger::update(std::int64_t id, std::int64_t maxBodyBytes)
{
    m_truth.sum -= hashOf(id);
    m_update.bind(1, m_chance.between(1, 1000))
        .bindText(2, m_chance.word(12))
        .bindBlob(3, m_chance.bytes(static_cast<std::size_t>(bodySize(maxBodyBytes))))
        .bind(4, id)
        .run();
    m_truth.sum += hashOf(id);
}

void Ledger::erase(std::int64_t id)
{
    m_truth.sum -= hashOf(id);
    m_erase.bind(1, id).run();
    --m_truth.rows;
}

std::int64_t Ledger::someId()
{
    const std::int64_t last = m_last.value();
    return last > 0 ? m_next.bind(1, m_chance.between(1, last)).value() : 0;
}

std::uint64_t Ledger::hashOf(std::int64_t id)
{
    m_read.bind(1, id);
    const std::uint64_t hash = m_read.step() ? rowHash("load_item", m_read) : 0;
    m_read.reset();
    return hash;
}

std::int64_t Ledger::bodySize(std::int64_t maxBodyBytes)
{
    // Mostly small rows; one in ten may reach into overflow pages.
    constexpr std::int64_t kSmall = 200;
    const bool large = m_chance.percent(10);
    return m_chance.between(1, large ? maxBodyBytes : std::min(kSmall, maxBodyBytes));
}

}  // namespace load
