#include "tests/load/truth.h"

#include <cstring>
#include <vector>

namespace load {
namespace {

class Hash {
public:
    void add(std::uint64_t word)
    {
        m_state = (m_state ^ word) * 0x9e3779b97f4a7c15u;
        m_state ^= m_state >> 29;
    }
    void add(const void* bytes, std::size_t size)
    {
        add(size);
        const auto* from = static_cast<const std::uint8_t*>(bytes);
        for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, from + at, std::min(sizeof word, size - at));
            add(word);
        }
    }
    void add(const char* text) { add(text, std::strlen(text)); }
    std::uint64_t value() const { return m_state ^ m_state >> 32; }

private:
    std::uint64_t m_state = 0x2545f4914f6cdd1du;
};

void addColumn(Hash& hash, sqlite3_stmt* row, int column)
{
    const int type = sqlite3_column_type(row, column);
    if (type == SQLITE_NULL)
        return;
    hash.add(sqlite3_column_name(row, column));
    hash.add(static_cast<std::uint64_t>(type));
    if (type == SQLITE_INTEGER) {
        hash.add(static_cast<std::uint64_t>(sqlite3_column_int64(row, column)));
        return;
    }
    const void* bytes =
        type == SQLITE_TEXT ? sqlite3_column_text(row, column) : sqlite3_column_blob(row, column);
    hash.add(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

// LIKE's underscore is escaped: `load_` is not `loads`.
constexpr const char* kCovered =
    "tbl_name LIKE 'load\\_%' ESCAPE '\\' AND tbl_name <> 'load_truth'";

std::vector<std::string> coveredTables(Database& database)
{
    std::vector<std::string> names;
    Statement list = database.prepare(
        std::string("SELECT name FROM sqlite_schema WHERE type = 'table' AND ") + kCovered);
    while (list.step())
        names.push_back(list.text(0));
    return names;
}

}  // namespace

std::uint64_t TruthRow::check() const
{
    Hash hash;
    for (const std::uint64_t part :
         {static_cast<std::uint64_t>(n), who, static_cast<std::uint64_t>(atMs),
          static_cast<std::uint64_t>(rows), sum, schemaSum})
        hash.add(part);
    return hash.value();
}

std::uint64_t rowHash(const std::string& table, const Statement& statement)
{
    Hash hash;
    hash.add(table.data(), table.size());
    const int columns = sqlite3_column_count(statement.get());
    for (int i = 0; i < columns; ++i)
        addColumn(hash, statement.get(), i);
    return hash.value();
}

TruthTable::TruthTable(Database& database)
    : m_read(database.prepare(
          "SELECT n, who, at_ms, row_count, row_sum, schema_sum, row_check FROM load_truth")),
      m_write(database.prepare("UPDATE load_truth SET n = ?, who = ?, at_ms = ?, row_count = ?, "
                               "row_sum = ?, schema_sum = ?, row_check = ?"))
{
}

std::optional<TruthRow> TruthTable::read()
{
    if (!m_read.step())
        return {};
    const TruthRow row{.n = m_read.integer(0),
                       .who = static_cast<std::uint64_t>(m_read.integer(1)),
                       .atMs = m_read.integer(2),
                       .rows = m_read.integer(3),
                       .sum = static_cast<std::uint64_t>(m_read.integer(4)),
                       .schemaSum = static_cast<std::uint64_t>(m_read.integer(5))};
    const bool fits = static_cast<std::uint64_t>(m_read.integer(6)) == row.check();
    m_read.reset();
    return fits ? std::optional(row) : std::nullopt;
}

void TruthTable::write(const TruthRow& row)
{
    m_write.bind(1, row.n)
        .bind(2, static_cast<std::int64_t>(row.who))
        .bind(3, row.atMs)
        .bind(4, row.rows)
        .bind(5, static_cast<std::int64_t>(row.sum))
        .bind(6, static_cast<std::int64_t>(row.schemaSum))
        .bind(7, static_cast<std::int64_t>(row.check()))
        .run();
}

void addTable(Database& database, const std::string& table, TruthRow& to)
{
    Statement scan = database.prepare("SELECT * FROM \"" + table + "\"");
    while (scan.step()) {
        to.sum += rowHash(table, scan);
        ++to.rows;
    }
}

std::uint64_t schemaSum(Database& database)
{
    std::uint64_t sum = 0;
    Statement scan = database.prepare(
        std::string("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE ") + kCovered);
    while (scan.step())
        sum += rowHash("sqlite_schema", scan);
    return sum;
}

TruthRow scanTruth(Database& database)
{
    TruthRow found;
    for (const std::string& table : coveredTables(database))
        addTable(database, table, found);
    found.schemaSum = schemaSum(database);
    return found;
}

}  // namespace load
