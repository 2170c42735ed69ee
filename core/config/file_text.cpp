#include "core/config/file_text.h"

#include "core/config/defaults.h"

#include <span>

namespace tidemark::config {

Result<std::optional<std::string>> readText(FileSystem& files, const std::string& path)
{
    auto opened = files.open(path, OpenFor::Reading);
    if (!opened.ok() && opened.error().code == ErrorCode::NotFound) {
        return std::optional<std::string>();
    }
    TIDEMARK_TRY(const auto file, std::move(opened));
    TIDEMARK_TRY(const std::uint64_t size, file->sizeBytes());
    if (size > kMaxConfigBytes) {
        return Error{
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("config", "%1 is too large for a settings file."), {path}},
            .next = {TIDEMARK_TEXT("config", "Check that this is the right file.")}};
    }
    std::string text(size, '\0');
    TIDEMARK_TRY(const std::size_t got,
                 file->readAt(std::as_writable_bytes(std::span(text.data(), text.size())), 0));
    text.resize(got);
    return std::optional(std::move(text));
}

}  // namespace tidemark::config
