#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/load/database.h"

/// What a database says about itself, written by its own application in each transaction: one row
/// with a counter, the number of rows and the sum of their hashes. A restored file whose rows give
/// the same sum is a state that the application had; the hash of the row itself binds the counter,
/// its author and its time to it.
///
/// It covers the tables whose names begin with `load_`, except its own, and the schema entries of
/// those. Other tables in the file (of a real database under load) are left alone.
///
/// The sum is modulo 2^64 over one hash a row, so an insert adds, a delete subtracts, and a full
/// scan gives it again. A hash covers the table's name and the name, type and bytes of each column
/// that is not NULL: a column added without a default changes nothing.
namespace load {

struct TruthRow {
    std::int64_t n = 0;           ///< transactions since the tables were made
    std::uint64_t who = 0;        ///< the process that wrote it
    std::int64_t atMs = 0;        ///< its wall clock just before the commit, ms since the epoch
    std::int64_t rows = 0;        ///< rows in the covered tables
    std::uint64_t sum = 0;        ///< of the rows' hashes
    std::uint64_t schemaSum = 0;  ///< of the schema entries' hashes

    /// Binds all of it together; stored beside it.
    std::uint64_t check() const;
};

/// The hash of the row on which `statement` stands, all its columns.
std::uint64_t rowHash(const std::string& table, const Statement& statement);

/// The one row of `load_truth`.
class TruthTable {
public:
    explicit TruthTable(Database& database);
    /// The stored row; nothing when there is none or its own check does not fit.
    std::optional<TruthRow> read();
    void write(const TruthRow& row);

private:
    Statement m_read, m_write;
};

/// Rows and their sum in one table, by a full scan.
void addTable(Database& database, const std::string& table, TruthRow& to);
std::uint64_t schemaSum(Database& database);

/// rows, sum and schemaSum of the whole database by full scans; n, who and atMs stay 0.
TruthRow scanTruth(Database& database);

}  // namespace load
