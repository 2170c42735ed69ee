#pragma once

#include "core/base/byte_stream.h"
#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tidemark::storage {

/// Writes a zip archive that ZipStorage, and any other tool, can read: entries are stored as they
/// are, in the order in which they come, with sizes above 4 GiB where need be (zip64). The same
/// entries make the same bytes. The directory is held in memory until the end: about 150 bytes an
/// entry, of which there are kMaxZipEntries at most. For one thread.
class ZipWriter {
public:
    /// `file` is empty and outlives it.
    explicit ZipWriter(File& file);
    ~ZipWriter();
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;

    /// What an entry takes besides its bytes, at most.
    [[nodiscard]] static std::uint64_t overheadBytes(std::string_view name);

    /// Adds `object` with all of `bytes`, which must be as many as it says: Unavailable otherwise.
    /// Blocks on both. After a failure nothing can be added any more.
    [[nodiscard]] Status add(const ObjectEntry& object, ByteReader& bytes);

    /// Writes the directory. When it returns, all is on the medium (fsync). Once.
    [[nodiscard]] Status finish();

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}  // namespace tidemark::storage
