#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/sqlite/source_identity.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace tidemark::state {

/// What SQLite says of a failed call on a file of ours.
[[nodiscard]] Error statementError(sqlite3* handle, int code);

/// One statement from its text to its last row: values are added in the order of its `?`, columns
/// are taken in theirs. A failure on the way is told by next(). Numbers above 2^63 are kept as
/// negative ones. What is not there is NULL.
class Statement {
public:
    /// `handle` outlives it.
    Statement(sqlite3* handle, const char* sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& add(std::uint64_t value);
    Statement& add(std::int64_t value);
    Statement& add(Timestamp time);
    Statement& add(const std::string& text);
    Statement& add(std::span<const std::byte> bytes);
    Statement& add(const std::optional<Timestamp>& time);
    Statement& add(const std::optional<sqlite::FileId>& file);    ///< Two values.
    Statement& add(const std::optional<sqlite::FileMark>& mark);  ///< Four, without the file.

    /// True with a row, false behind the last.
    [[nodiscard]] Result<bool> next();

    /// For one without rows.
    [[nodiscard]] Status finish();

    std::uint64_t number();
    std::uint32_t number32();
    std::string text();
    Timestamp time();
    std::optional<Timestamp> optionalTime();
    void bytes(std::span<std::byte> into);
    std::optional<sqlite::FileId> file();

    /// Of the file `file`. A table that an older version made has no place for it.
    std::optional<sqlite::FileMark> mark(const sqlite::FileId& file);

private:
    [[nodiscard]] bool isNull() const;
    Statement& note(int code);

    sqlite3* m_handle;
    sqlite3_stmt* m_statement = nullptr;
    int m_code = SQLITE_OK;
    int m_bound = 0;
    int m_column = 0;
};

}  // namespace tidemark::state
