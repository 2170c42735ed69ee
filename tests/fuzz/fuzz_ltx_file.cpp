// A whole file: what the decoder accepts, the index must tell in the same way.
#include "core/base/memory_stream.h"
#include "core/ltx/decoder.h"
#include "core/ltx/page_index.h"

#include <cstdlib>
#include <string>
#include <vector>

using namespace tidemark;
using namespace tidemark::ltx;

namespace {

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

/// The pages of a file that is whole.
Result<std::vector<std::uint32_t>> decode(const ByteSource& file, Header& header)
{
    TIDEMARK_TRY(const auto reader, file.open());
    Decoder decoder(*reader);
    TIDEMARK_TRY(header, decoder.readHeader());
    std::vector<std::byte> page(header.pageSizeBytes);
    std::vector<std::uint32_t> numbers;
    while (true) {
        TIDEMARK_TRY(const auto number, decoder.nextPage(page));
        if (!number) {
            break;
        }
        numbers.push_back(*number);
    }
    TIDEMARK_TRY_STATUS(decoder.finish());
    return numbers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    Header header;
    const auto numbers = decode(MemorySource(bytes), header);
    if (!numbers.ok()) {
        return 0;
    }
    const auto all = std::as_bytes(std::span(bytes));
    const auto place = findIndex(all, size);
    require(place.ok());
    const auto index = decodePageIndex(all.subspan(place.value().offset), place.value(), header);
    require(index.ok() && index.value().size() == numbers.value().size());
    for (std::size_t i = 0; i < numbers.value().size(); ++i) {
        require(index.value()[i].pageNumber == numbers.value()[i]);
    }
    return 0;
}
