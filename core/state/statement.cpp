#include "core/state/statement.h"

#include "core/sqlite/sqlite_error.h"

#include <algorithm>
#include <chrono>

namespace tidemark::state {

Error statementError(sqlite3* handle, int code)
{
    const char* const path = sqlite3_db_filename(handle, "main");
    return sqlite::sqliteError(handle, code, path != nullptr ? path : "");
}

Statement::Statement(sqlite3* handle, const char* sql) : m_handle(handle)
{
    m_code = sqlite3_prepare_v2(handle, sql, -1, &m_statement, nullptr);
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

Statement& Statement::add(std::uint64_t value)
{
    return add(static_cast<std::int64_t>(value));
}

Statement& Statement::add(std::int64_t value)
{
    return note(sqlite3_bind_int64(m_statement, ++m_bound, value));
}

Statement& Statement::add(Timestamp time)
{
    return add(static_cast<std::int64_t>(time.time_since_epoch().count()));
}

Statement& Statement::add(const std::string& text)
{
    return note(sqlite3_bind_text(m_statement, ++m_bound, text.data(),
                                  static_cast<int>(text.size()), SQLITE_TRANSIENT));
}

Statement& Statement::add(std::span<const std::byte> bytes)
{
    return note(sqlite3_bind_blob(m_statement, ++m_bound, bytes.data(),
                                  static_cast<int>(bytes.size()), SQLITE_TRANSIENT));
}

Statement& Statement::add(const std::optional<Timestamp>& time)
{
    if (time) {
        return add(*time);
    }
    ++m_bound;  // What is not bound is NULL.
    return *this;
}

Statement& Statement::add(const std::optional<sqlite::FileId>& file)
{
    if (file) {
        return add(file->device).add(file->inode);
    }
    m_bound += 2;
    return *this;
}

Statement& Statement::add(const std::optional<sqlite::FileMark>& mark)
{
    if (mark) {
        return add(mark->stamp.sizeBytes)
            .add(mark->stamp.modifiedNs)
            .add(mark->stamp.changedNs)
            .add(std::uint64_t{mark->changeCounter});
    }
    m_bound += 4;
    return *this;
}

Result<bool> Statement::next()
{
    if (m_code == SQLITE_OK) {
        m_column = 0;
        const int code = sqlite3_step(m_statement);
        if (code == SQLITE_ROW || code == SQLITE_DONE) {
            return code == SQLITE_ROW;
        }
        m_code = code;
    }
    return statementError(m_handle, m_code);
}

Status Statement::finish()
{
    const auto row = next();
    return row.ok() ? Status() : Status(row.error());
}

std::uint64_t Statement::number()
{
    return static_cast<std::uint64_t>(sqlite3_column_int64(m_statement, m_column++));
}

std::uint32_t Statement::number32()
{
    return static_cast<std::uint32_t>(number());
}

std::string Statement::text()
{
    const auto* const from = static_cast<const char*>(sqlite3_column_blob(m_statement, m_column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, m_column++));
    return from == nullptr ? std::string() : std::string(from, size);
}

Timestamp Statement::time()
{
    return Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(number())));
}

std::optional<Timestamp> Statement::optionalTime()
{
    const bool there = !isNull();
    const Timestamp at = time();
    return there ? std::optional(at) : std::nullopt;
}

void Statement::bytes(std::span<std::byte> into)
{
    const auto* const from =
        static_cast<const std::byte*>(sqlite3_column_blob(m_statement, m_column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(m_statement, m_column++));
    std::copy_n(from, std::min(size, into.size()), into.begin());
}

std::optional<sqlite::FileId> Statement::file()
{
    const bool there = !isNull();
    const std::uint64_t device = number();
    const std::uint64_t inode = number();
    return there ? std::optional(sqlite::FileId{.device = device, .inode = inode}) : std::nullopt;
}

std::optional<sqlite::FileMark> Statement::mark(const sqlite::FileId& file)
{
    if (m_column + 4 > sqlite3_column_count(m_statement) || isNull()) {
        return std::nullopt;
    }
    sqlite::FileMark mark{.file = file};
    mark.stamp.sizeBytes = number();
    mark.stamp.modifiedNs = static_cast<std::int64_t>(number());
    mark.stamp.changedNs = static_cast<std::int64_t>(number());
    mark.changeCounter = number32();
    return mark;
}

bool Statement::isNull() const
{
    return sqlite3_column_type(m_statement, m_column) == SQLITE_NULL;
}

Statement& Statement::note(int code)
{
    m_code = m_code == SQLITE_OK ? code : m_code;
    return *this;
}

}  // namespace tidemark::state
