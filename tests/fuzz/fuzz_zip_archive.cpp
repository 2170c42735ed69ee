// An archive from anywhere: listed, and each entry read whole and in its middle.
#include "core/storage/zip_names.h"
#include "core/storage/zip_storage.h"
#include "tests/support/memory_file_system.h"

#include <array>
#include <cstdlib>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

std::uint64_t bytesOf(const Storage& storage, const ObjectEntry& entry, std::uint64_t offset)
{
    const auto reader = storage.read(entry.name, offset, kToTheEnd, {});
    if (!reader.ok()) {
        return entry.sizeBytes;
    }
    std::array<std::byte, 4096> piece{};
    for (std::uint64_t bytes = 0;;) {
        const auto got = reader.value()->read(piece);
        if (!got.ok()) {
            return entry.sizeBytes;
        }
        if (got.value() == 0) {
            return bytes;
        }
        bytes += got.value();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    MemoryFileSystem files;
    SeededRandom random(1);
    {
        const auto file = files.open("/a.zip", OpenFor::Creating, kPrivateFile);
        require(file.ok());
        require(file.value()->writeAt(std::as_bytes(std::span(data, size)), 0).ok());
    }
    const ZipStorage storage(files, random, "/a.zip", "/cache");
    std::vector<ObjectEntry> entries;
    const Status listed = storage.list("",
                                       [&entries](const ObjectEntry& entry) {
                                           entries.push_back(entry);
                                           return Listing::Continue;
                                       },
                                       {});
    require(listed.ok() || entries.empty());
    std::string before;
    for (const ObjectEntry& entry : entries) {
        require(before < entry.name && checkZipName({}, entry.name).ok());
        before = entry.name;
        // More would only take longer.
        if (entry.sizeBytes < (1 << 20)) {
            require(bytesOf(storage, entry, 0) == entry.sizeBytes);
            bytesOf(storage, entry, entry.sizeBytes / 2);
        }
    }
    return 0;
}
