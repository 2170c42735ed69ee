#include "tests/load/database.h"

namespace load {
namespace {

[[noreturn]] void refuse(sqlite3* database, int code)
{
    const int primary = code & 0xff;
    // PROTOCOL is what SQLite answers when it lost the race for a read lock too often.
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL)
        throw Busy{};
    throw Failure(code, sqlite3_errmsg(database));
}

std::string uriOf(const std::string& path)
{
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            constexpr char kDigits[] = "0123456789abcdef";
            uri += {'%', kDigits[(c >> 4) & 15], kDigits[c & 15]};
        } else {
            uri += c;
        }
    }
    return uri;
}

}  // namespace

Statement::Statement(sqlite3* database, const std::string& sql)
{
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
    m_statement.reset(statement);
    if (code != SQLITE_OK)
        refuse(database, code);
}

Statement& Statement::bind(int at, std::int64_t value)
{
    sqlite3_bind_int64(m_statement.get(), at, value);
    return *this;
}

Statement& Statement::bindText(int at, const std::string& value)
{
    sqlite3_bind_text(m_statement.get(), at, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

Statement& Statement::bindBlob(int at, std::span<const std::uint8_t> value)
{
    sqlite3_bind_blob(m_statement.get(), at, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(m_statement.get());
    if (code == SQLITE_ROW)
        return true;
    sqlite3_reset(m_statement.get());
    if (code != SQLITE_DONE)
        refuse(sqlite3_db_handle(m_statement.get()), code);
    return false;
}

void Statement::run()
{
    while (step()) {}
}

std::int64_t Statement::value()
{
    const std::int64_t found = step() ? integer(0) : 0;
    reset();
    return found;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement.get(), column);
}

std::string Statement::text(int column) const
{
    const unsigned char* bytes = sqlite3_column_text(m_statement.get(), column);
    return bytes ? reinterpret_cast<const char*>(bytes) : "";
}

Database::Database(const std::string& path, const OpenOptions& options)
{
    int flags = SQLITE_OPEN_URI;
    flags |= options.readOnly || options.immutable ? SQLITE_OPEN_READONLY
                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const std::string uri = uriOf(path) + (options.immutable ? "?immutable=1" : "");
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(uri.c_str(), &database, flags, nullptr);
    m_database.reset(database);
    if (code != SQLITE_OK)
        refuse(database, code);
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, options.busyTimeoutMs);
}

void Database::run(const std::string& sql)
{
    const int code = sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        refuse(m_database.get(), code);
}

bool Database::tryRun(const std::string& sql)
{
    return sqlite3_exec(m_database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::int64_t Database::value(const std::string& sql)
{
    return prepare(sql).value();
}

}  // namespace load
