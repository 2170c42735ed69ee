#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// An archive with more has to be refused, since all of them are held in memory: about 200 bytes
/// an entry, 400 MB at the very most.
inline constexpr std::size_t kMaxZipEntries = 2'000'000;

/// Who walks entries looks for a stop after so many.
inline constexpr std::size_t kZipEntriesBetweenStops = 1000;

/// In front of the bytes of each entry, with its name behind it.
inline constexpr std::size_t kZipLocalHeaderBytes = 30;

enum class ZipMethod : std::uint16_t { Stored = 0, Deflated = 8 };

/// One entry, as the archive's directory tells of it.
struct ZipEntry {
    std::string name = {};
    std::uint64_t sizeBytes = 0;
    std::uint64_t packedBytes = 0;
    std::uint64_t headerOffset = 0;     ///< Of its local header, in the file.
    std::uint64_t directoryOffset = 0;  ///< Of its record in the directory.
    std::uint64_t limitOffset = 0;      ///< Where the next entry or the directory begins.
    std::uint32_t crc = 0;
    std::uint16_t flags = 0;
    ZipMethod method = ZipMethod::Stored;
    std::optional<Timestamp> modified = {};

    bool operator==(const ZipEntry&) const = default;
};

/// The archive breaks its own format; `what` is the whole sentence.
[[nodiscard]] Error damagedZip(Message what);

/// The objects of an archive by name. Immutable, so any thread may read it.
class ZipIndex {
public:
    ZipIndex() = default;

    /// Takes the entries in any order and leaves out folders. Damaged when a name is refused or
    /// there twice, when entries overlap each other or the directory at `directoryOffset`, when a
    /// folder has bytes or a stored entry two sizes. `archive` is how it is called.
    [[nodiscard]] static Result<ZipIndex> of(std::vector<ZipEntry> entries,
                                             std::uint64_t directoryOffset,
                                             const std::string& archive);

    [[nodiscard]] const std::vector<ZipEntry>& entries() const { return m_entries; }

    /// The place in entries() of the first name not before `prefix`.
    [[nodiscard]] std::size_t firstFrom(std::string_view prefix) const;

    /// Null when there is none.
    [[nodiscard]] const ZipEntry* find(std::string_view name) const;

private:
    std::vector<ZipEntry> m_entries;
};

}  // namespace tidemark::storage
