#include "core/sqlite/integrity.h"

#include "core/sqlite/file_vfs.h"
#include "core/sqlite/handle.h"
#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::sqlite {
namespace {

// Some ten microseconds of SQLite's work between two looks at the stop token.
constexpr int kStepsBetweenLooks = 1000;

int takeFirst(void* words, int columns, char** values, char**)
{
    auto& first = *static_cast<std::string*>(words);
    if (first.empty() && columns > 0 && values[0] != nullptr) {
        first = values[0];
    }
    return 0;
}

int takeAll(void* names, int columns, char** values, char**)
{
    if (columns > 0 && values[0] != nullptr) {
        static_cast<std::vector<std::string>*>(names)->emplace_back(values[0]);
    }
    return 0;
}

std::string quoted(const std::string& name)
{
    std::string text = "\"";
    for (const char each : name) {
        text.append(each == '"' ? 2 : 1, each);
    }
    return text + '"';
}

int isStopped(void* stop)
{
    return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

Error damaged(const std::string& path, const std::string& words)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("sqlite", "SQLite's check of %1 found: %2"), {path, words}}};
}

/// Without what SQLite's extended codes say more.
int primaryCode(int code)
{
    return code & 0xff;
}

/// One connection and its check.
class Checker {
public:
    Checker(sqlite3* opened, const std::string& path, bool full)
        : m_opened(opened), m_path(path), m_full(full)
    {
    }

    Result<Integrity> check()
    {
        TIDEMARK_TRY(const std::vector<std::string> tables, readTables());
        std::string words;
        // One finding is enough for the verdict.
        const int code = run(pragma() + "(1)", words);
        if (primaryCode(code) != SQLITE_ERROR) {
            TIDEMARK_TRY_STATUS(judge(code, words));
            return Integrity::Sound;
        }
        // Not damage, of which SQLite has words and codes of its own: it meets what it has no
        // collation or function for, and gives up as a whole.
        for (const std::string& table : tables) {
            const int tableCode = run(pragma() + '(' + quoted(table) + ')', words);
            if (primaryCode(tableCode) != SQLITE_ERROR) {
                TIDEMARK_TRY_STATUS(judge(tableCode, words));
            }
        }
        return Integrity::SoundInPart;
    }

private:
    /// A file whose very schema cannot be read is none that can be checked in part.
    Result<std::vector<std::string>> readTables()
    {
        std::vector<std::string> tables;
        const int code = sqlite3_exec(
            m_opened,
            "PRAGMA temp_store=MEMORY; SELECT name FROM sqlite_schema WHERE type = 'table'",
            takeAll, &tables, nullptr);
        TIDEMARK_TRY_STATUS(judge(code, "ok"));
        return tables;
    }

    [[nodiscard]] std::string pragma() const
    {
        return m_full ? "PRAGMA integrity_check" : "PRAGMA quick_check";
    }

    int run(const std::string& statement, std::string& words)
    {
        words.clear();
        return sqlite3_exec(m_opened, statement.c_str(), takeFirst, &words, nullptr);
    }

    Status judge(int code, const std::string& words)
    {
        if (primaryCode(code) == SQLITE_CORRUPT) {
            return damaged(m_path, sqlite3_errmsg(m_opened));
        }
        if (code != SQLITE_OK) {
            return sqliteError(m_opened, code, m_path);
        }
        return words == "ok" ? Status() : damaged(m_path, words);
    }

    sqlite3* m_opened = nullptr;
    const std::string& m_path;
    bool m_full = false;
};

Result<Integrity> openAndCheck(const std::string& target, int flags, const char* vfs,
                               const std::string& path, bool full, std::stop_token stop)
{
    TIDEMARK_TRY(const Handle handle, openHandle(target, flags, vfs, path));
    sqlite3_extended_result_codes(handle.get(), 1);
    sqlite3_progress_handler(handle.get(), kStepsBetweenLooks, isStopped, &stop);
    return Checker(handle.get(), path, full).check();
}

}  // namespace

Result<Integrity> checkIntegrity(const std::string& path, bool full, std::stop_token stop)
{
    return openAndCheck(immutableUri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr, path,
                        full, std::move(stop));
}

Result<Integrity> checkIntegrity(const File& file, const std::string& name, bool full,
                                 std::stop_token stop)
{
    const FileVfs vfs(file);
    return openAndCheck("database", SQLITE_OPEN_READONLY, vfs.name(), name, full, std::move(stop));
}

}  // namespace tidemark::sqlite
