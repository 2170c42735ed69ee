// A log with an index that may or may not belong to it: 32 bytes of the index (order, page size,
// mxFrame, page count, checksum, salts, limit), then the file.
#include "core/sqlite/wal_reader.h"
#include "tests/support/memory_file.h"

#include <cstdlib>
#include <cstring>

namespace {

using namespace tidemark;
using namespace tidemark::sqlite;

constexpr std::size_t kIndexBytes = 32;

std::uint32_t word(const std::uint8_t* from)
{
    std::uint32_t value = 0;
    std::memcpy(&value, from, sizeof value);
    return value;
}

WalIndexHeader indexOf(const std::uint8_t* data)
{
    WalIndexHeader index;
    index.order = data[0] != 0 ? WordOrder::BigEndian : WordOrder::LittleEndian;
    index.pageSizeBytes = 512U << data[1] % 8;
    index.mxFrame = word(data + 4);
    index.pageCount = word(data + 8);
    index.checksum = {word(data + 12), word(data + 16)};
    std::memcpy(index.salts.bytes.data(), data + 20, 8);
    return index;
}

void check(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void checkRange(const WalReader& reader, const WalRange& range, const WalIndexHeader& index)
{
    check(range.to.frame <= index.mxFrame && range.from.frame <= range.to.frame);
    check(range.reachedEnd == (range.to.frame == index.mxFrame));
    std::uint32_t before = 0;
    std::vector<std::byte> page(index.pageSizeBytes);
    for (const PageFrame& found : range.pages) {
        check(found.pageNumber > before && found.pageNumber <= range.pageCount);
        check(found.frame > range.from.frame && found.frame <= range.to.frame);
        check(reader.readPage(found.frame, page).ok());
        before = found.pageNumber;
    }
    // A place before the first frame of no log at all is none.
    const bool isNowhere = range.to.frame == 0 && range.to.salts == Salts{};
    check(reader.holds(range.to, index).value() != isNowhere);
}

/// What a recovery finds is what a reader is given whose index tells of that end.
void checkRecovered(const WalReader& reader)
{
    const auto found = reader.recover();
    const auto header = reader.header();
    if (!found.ok() || found.value().to.frame == 0) {
        return;
    }
    check(header.ok());
    const WalRange& all = found.value();
    const WalIndexHeader index{.order = header.value().order,
                               .pageSizeBytes = header.value().pageSizeBytes,
                               .mxFrame = all.to.frame,
                               .pageCount = all.pageCount,
                               .checksum = all.to.checksum,
                               .salts = all.to.salts};
    const auto read = reader.read({.salts = index.salts}, index, UINT64_MAX);
    check(read.ok() && read.value().to == all.to && read.value().pages == all.pages &&
          read.value().commits == all.commits);
    checkRange(reader, all, index);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < kIndexBytes) {
        return 0;
    }
    const WalIndexHeader index = indexOf(data);
    const std::uint64_t limit = word(data + 28);
    const auto* const bytes = reinterpret_cast<const std::byte*>(data);
    const MemoryFile file({bytes + kIndexBytes, bytes + size});
    const WalReader reader(file);
    static_cast<void>(reader.header());
    checkRecovered(reader);
    WalPosition at{.salts = index.salts};
    while (true) {
        const auto range = reader.read(at, index, limit);
        if (!range.ok()) {
            return 0;
        }
        checkRange(reader, range.value(), index);
        if (range.value().reachedEnd) {
            return 0;
        }
        at = range.value().to;
    }
}
