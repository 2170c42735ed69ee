#include "core/replica/object_source.h"

#include <array>
#include <utility>

namespace tidemark::replica {

ObjectSource::ObjectSource(const storage::Storage& storage, std::string name, std::stop_token stop,
                           std::uint64_t offset, std::uint64_t length)
    : m_storage(storage),
      m_name(std::move(name)),
      m_stop(std::move(stop)),
      m_offset(offset),
      m_length(length)
{
}

Result<std::unique_ptr<ByteReader>> ObjectSource::open() const
{
    return m_storage.read(m_name, m_offset, m_length, m_stop);
}

Status readExactly(const storage::Storage& storage, const std::string& name, std::uint64_t offset,
                   std::span<std::byte> into, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto reader, storage.read(name, offset, into.size(), stop));
    while (!into.empty()) {
        TIDEMARK_TRY(const std::size_t got, reader->read(into));
        if (got == 0) {
            return Error{
                .code = ErrorCode::Damaged,
                .what = {TIDEMARK_TEXT("replica", "%1 ends too early."), {name}},
                .next = {TIDEMARK_TEXT("replica", "An earlier moment may be whole: try one.")}};
        }
        into = into.subspan(got);
    }
    return {};
}

Result<std::string> readText(const storage::Storage& storage, const std::string& name,
                             std::size_t maxBytes, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto reader, storage.read(name, 0, maxBytes + 1, stop));
    std::string text;
    std::array<char, 4096> piece{};
    for (;;) {
        TIDEMARK_TRY(const std::size_t got, reader->read(std::as_writable_bytes(std::span(piece))));
        if (got == 0) {
            return text;
        }
        text.append(piece.data(), got);
        if (text.size() > maxBytes) {
            return Error{.code = ErrorCode::Damaged,
                         .what = {TIDEMARK_TEXT("replica", "It has more than %1 bytes."),
                                  {std::to_string(maxBytes)}}};
        }
    }
}

Error naming(const std::string& name, Error error)
{
    if (error.code == ErrorCode::Damaged || error.code == ErrorCode::Unsupported) {
        error.what = {TIDEMARK_TEXT("replica", "%1: %2"), {name, inEnglish(error.what)}};
    }
    return error;
}

}  // namespace tidemark::replica
