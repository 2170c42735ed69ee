// A WAL file of a 0.3 replica: the input, compressed, in two parts cut where its first byte says.
#include "core/replica/legacy_wal.h"
#include "tests/support/memory_storage.h"

#include <lz4frame.h>

#include <vector>

using namespace tidemark;
using namespace tidemark::replica;

namespace {

std::string compressed(const std::string& bytes)
{
    std::string frame(LZ4F_compressFrameBound(bytes.size(), nullptr), '\0');
    frame.resize(
        LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), bytes.size(), nullptr));
    return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const std::string wal(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t cut = wal.size() * data[0] / 256;
    storage::MemoryStorage storage;
    storage.objects()["a"].bytes = compressed(wal.substr(0, cut));
    storage.objects()["b"].bytes = compressed(wal.substr(cut));
    const std::vector<LegacyPart> parts{{.name = "a"}, {.offsetBytes = cut, .name = "b"}};
    LegacyWalReader reader(storage, parts, {});
    for (;;) {
        const auto page = reader.next();
        if (!page.ok() || !page.value()) {
            return 0;
        }
    }
}
