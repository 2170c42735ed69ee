// One frame; the first byte chooses the page size.
#include "core/ltx/page_frame.h"

#include <cstdlib>

using namespace tidemark;
using namespace tidemark::ltx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    std::vector<std::byte> page(std::size_t{512} << (data[0] % 8));
    const std::span frame(reinterpret_cast<const std::byte*>(data + 1), size - 1);
    const auto head = decodeFrame(frame, page);
    if (!head.ok()) {
        return 0;
    }
    std::vector<std::byte> ours;
    encodeFrame(head.value().pageNumber, page, ours);
    std::vector<std::byte> again(page.size());
    const auto ownHead = decodeFrame(ours, again);
    if (!ownHead.ok() || ownHead.value().pageNumber != head.value().pageNumber || again != page) {
        std::abort();
    }
    return 0;
}
