// An LZ4 frame as Litestream 0.3 writes it: read in pieces of two sizes it gives the same.
#include "core/base/memory_stream.h"
#include "core/replica/lz4_frame_reader.h"

#include <cstdlib>
#include <optional>

using namespace tidemark;

namespace {

// A small input can expand 255-fold; a fuzzer needs no more of it.
constexpr std::size_t kMaxBytes = 1 << 20;

std::optional<std::string> expanded(const MemorySource& source, std::size_t pieceBytes)
{
    replica::Lz4FrameReader reader(source.open().value());
    std::string text;
    for (std::string piece(pieceBytes, '\0'); text.size() < kMaxBytes;) {
        const auto got = reader.read(std::as_writable_bytes(std::span(piece)));
        if (!got.ok()) {
            return std::nullopt;
        }
        if (got.value() == 0) {
            return text;
        }
        text.append(piece, 0, got.value());
    }
    return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const MemorySource source(std::string(reinterpret_cast<const char*>(data), size));
    if (expanded(source, 61) != expanded(source, 8192)) {
        std::abort();
    }
    return 0;
}
