#include "core/service/node_id.h"

#include "core/base/hash.h"

#include <charconv>
#include <optional>
#include <span>
#include <system_error>

namespace tidemark::service {
namespace {

constexpr int kDigits = 16;

/// Empty when there is none, or none that can be read.
std::optional<std::uint64_t> read(FileSystem& files, const std::string& path)
{
    const auto file = files.open(path, OpenFor::Reading);
    if (!file.ok()) {
        return std::nullopt;
    }
    std::string digits(kDigits, '\0');
    const auto got = file.value()->readAt(std::as_writable_bytes(std::span(digits)), 0);
    std::uint64_t id = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, id, 16);
    const bool isWhole = got.ok() && got.value() == digits.size();
    return isWhole && error == std::errc() && stopped == end ? std::optional(id) : std::nullopt;
}

}  // namespace

Result<std::uint64_t> loadNodeId(FileSystem& files, Random& random, const std::string& data)
{
    const std::string path = data + "/node-id";
    if (const auto id = read(files, path)) {
        return *id;
    }
    TIDEMARK_TRY_STATUS(files.makeDirectories(data));
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
    // Somebody else's was first, or what is there cannot be read and is of no use to anybody.
    if (!named.ok()) {
        if (const auto id = read(files, path)) {
            TIDEMARK_TRY_STATUS(files.remove(temporary));
            return *id;
        }
        TIDEMARK_TRY_STATUS(files.renameReplacing(temporary, path));
    }
    return made;
}

}  // namespace tidemark::service
