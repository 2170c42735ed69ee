#include "core/sqlite/handle.h"

#include "core/sqlite/sqlite_error.h"

#include <sqlite3.h>

#include <string_view>

namespace tidemark::sqlite {

void CloseHandle::operator()(sqlite3* handle) const
{
    sqlite3_close(handle);
}

void CloseHandle::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

Result<Handle> openHandle(const std::string& target, int flags, const char* vfs,
                          const std::string& path)
{
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(target.c_str(), &opened, flags, vfs);
    Handle handle(opened);
    if (code != SQLITE_OK) {
        return sqliteError(opened, opened != nullptr ? sqlite3_extended_errcode(opened) : code,
                           path);
    }
    sqlite3_extended_result_codes(opened, 1);
    return handle;
}

std::string immutableUri(const std::string& path)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char letter : path) {
        if (letter == '%' || letter == '?' || letter == '#') {
            const auto code = static_cast<unsigned char>(letter);
            uri += {'%', kDigits[code >> 4], kDigits[code & 0xf]};
        } else {
            uri += letter;
        }
    }
    return uri + "?immutable=1";
}

}  // namespace tidemark::sqlite
