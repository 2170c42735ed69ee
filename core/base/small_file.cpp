#include "core/base/small_file.h"

#include <span>

namespace tidemark {

Result<std::optional<std::string>> readSmallFile(FileSystem& files, const std::string& path,
                                                 std::uint64_t maxBytes)
{
    // A pipe would be waited for until somebody writes into it.
    TIDEMARK_TRY(const auto facts, files.stat(path));
    if (facts && facts->kind != FileKind::Regular) {
        return Error{.code = ErrorCode::Damaged,
                     .what = {TIDEMARK_TEXT("base", "%1 is not a file."), {path}},
                     .next = {TIDEMARK_TEXT("base", "Check that this is the right path.")}};
    }
    auto opened = files.open(path, OpenFor::Reading);
    if (!opened.ok() && opened.error().code == ErrorCode::NotFound) {
        return std::optional<std::string>();
    }
    TIDEMARK_TRY(const auto file, std::move(opened));
    TIDEMARK_TRY(const std::uint64_t size, file->sizeBytes());
    if (size > maxBytes) {
        return Error{
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("base", "%1 is too large for what it should be."), {path}},
            .next = {TIDEMARK_TEXT("base", "Check that this is the right file.")}};
    }
    std::string text(size, '\0');
    TIDEMARK_TRY(const std::size_t got,
                 file->readAt(std::as_writable_bytes(std::span(text.data(), text.size())), 0));
    text.resize(got);
    return std::optional(std::move(text));
}

}  // namespace tidemark
