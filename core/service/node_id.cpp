#include "core/service/node_id.h"

#include "core/base/durable_directories.h"
#include "core/base/hash.h"

#include <charconv>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

namespace tidemark::service {
namespace {

constexpr int kDigits = 16;

/// Empty when there is none, or something that is no id. A disk that fails or a file that may not
/// be read is neither: the installation keeps its id.
Result<std::optional<std::uint64_t>> read(FileSystem& files, const std::string& path)
{
    constexpr std::optional<std::uint64_t> kNone;
    auto opened = files.open(path, OpenFor::Reading);
    if (!opened.ok() && opened.error().code == ErrorCode::NotFound) {
        return kNone;
    }
    TIDEMARK_TRY(const auto file, std::move(opened));
    std::string digits(kDigits, '\0');
    TIDEMARK_TRY(const std::size_t got, file->readAt(std::as_writable_bytes(std::span(digits)), 0));
    std::uint64_t id = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, id, 16);
    const bool isId = got == digits.size() && error == std::errc() && stopped == end;
    return isId ? std::optional(id) : kNone;
}

}  // namespace

Result<std::uint64_t> loadNodeId(FileSystem& files, Random& random, const std::string& data)
{
    const std::string path = data + "/node-id";
    TIDEMARK_TRY(const auto there, read(files, path));
    if (there) {
        return *there;
    }
    TIDEMARK_TRY_STATUS(makeDirectoriesDurably(files, data));
    const std::uint64_t made = random.next();
    const std::string digits = hex(made, kDigits);
    const std::string temporary = path + "." + hex(random.next(), kDigits);
    {
        TIDEMARK_TRY(const auto file, files.open(temporary, OpenFor::Creating));
        TIDEMARK_TRY_STATUS(file->writeAt(std::as_bytes(std::span(digits)), 0));
        TIDEMARK_TRY_STATUS(file->sync());
    }
    const Status named = files.renameWithoutReplacing(temporary, path);
    if (!named.ok() && named.error().code != ErrorCode::AlreadyExists) {
        return named.error();
    }
    // Somebody else's was first, or what is there is no id and of no use to anybody.
    if (!named.ok()) {
        TIDEMARK_TRY(const auto other, read(files, path));
        if (other) {
            TIDEMARK_TRY_STATUS(files.remove(temporary));
            return *other;
        }
        TIDEMARK_TRY_STATUS(files.renameReplacing(temporary, path));
    }
    TIDEMARK_TRY_STATUS(files.syncDirectory(data));
    return made;
}

}  // namespace tidemark::service
