#pragma once

#include <cstdint>
#include <string>

#include "tests/load/chance.h"
#include "tests/load/journal.h"
#include "tests/load/truth.h"

namespace load {

/// Tables that keep their own truth, and the transactions that change them. Several processes may
/// write the same file: each transaction begins with BEGIN IMMEDIATE and reads the truth anew.
/// Calls throw Busy or Failure; the caller then calls rollback().
class Ledger {
public:
    /// `who` names this process in the truth; nothing is written here.
    Ledger(Database& database, std::uint64_t who, std::uint64_t seed);

    /// Makes the tables where they are missing; the database is in that journal mode then.
    static void create(Database& database, std::int64_t pageSize, std::int64_t autoVacuum,
                       const std::string& journalMode = "wal");

    void begin();
    /// One random insert, update or delete. Around `rowLimit` rows they balance.
    void change(std::int64_t rowLimit, std::int64_t maxBodyBytes);
    /// Makes a table with a few rows, drops one that an earlier call made, or adds a column.
    void changeSchema();
    /// Writes the truth into the open transaction. What is left to do is COMMIT.
    void seal();
    /// seal(), COMMIT and an entry in `journal`, which may be null.
    void commit(Journal* journal);
    void rollback();

    const TruthRow& truth() const { return m_truth; }

private:
    void insert(std::int64_t maxBodyBytes);
    void update(std::int64_t id, std::int64_t maxBodyBytes);
    void erase(std::int64_t id);
    std::int64_t someId();
    std::uint64_t hashOf(std::int64_t id);
    std::int64_t bodySize(std::int64_t maxBodyBytes);

    Database& m_database;
    std::uint64_t m_who;
    Chance m_chance;
    TruthRow m_truth;
    Statement m_begin, m_commit, m_read, m_next, m_last, m_insert, m_update, m_erase;
    TruthTable m_truthTable;
};

}  // namespace load
