#include "core/base/byte_stream.h"

#include <vector>

namespace tidemark {

Result<std::uint64_t> ByteSource::countBytes(const std::stop_token& stop) const
{
    constexpr std::size_t kAtOnceBytes = 256 << 10;
    if (const auto known = sizeBytes()) {
        return *known;
    }
    TIDEMARK_TRY(const auto reader, open());
    std::vector<std::byte> buffer(kAtOnceBytes);
    for (std::uint64_t counted = 0;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const std::size_t got, reader->read(buffer));
        if (got == 0) {
            return counted;
        }
        counted += got;
    }
}

}  // namespace tidemark
