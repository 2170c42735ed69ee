// The end of a file behind its header, as restore reads it: the 8 bytes before stand for the file's
// size.
#include "core/base/byte_order.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/page_index.h"

#include <cstdlib>

using namespace tidemark;
using namespace tidemark::ltx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
    if (size < 8) {
        return 0;
    }
    const auto fileSizeBytes = loadBigEndian<std::uint64_t>(bytes.first<8>());
    const auto header = decodeHeader(bytes.subspan(8));
    if (!header.ok()) {
        return 0;
    }
    const auto tail = bytes.subspan(8 + kHeaderSize);
    const auto place = findIndex(tail, fileSizeBytes);
    if (!place.ok() || place.value().tailSizeBytes() != tail.size()) {
        return 0;
    }
    const auto index = decodePageIndex(tail, place.value(), header.value());
    if (!index.ok()) {
        return 0;
    }
    std::uint64_t end = kHeaderSize;
    for (const FrameAt& frame : index.value()) {
        if (frame.offset != end || frame.pageNumber > header.value().pageCountAfter) {
            std::abort();
        }
        end += frame.sizeBytes;
    }
    if (end + kFrameHeadSize != place.value().offset) {
        std::abort();
    }
    return 0;
}
