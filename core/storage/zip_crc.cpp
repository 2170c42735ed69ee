#include "core/storage/zip_crc.h"

#include <zlib.h>

namespace tidemark::storage {

void ZipCrc::update(std::span<const std::byte> bytes)
{
    m_value = static_cast<std::uint32_t>(
        crc32_z(m_value, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace tidemark::storage
