#include "core/storage/zip_index.h"

#include "core/storage/zip_names.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {
namespace {

/// No deflated byte stands for more (zlib's manual); what says so is a bomb, or damaged.
constexpr std::uint64_t kMaxDeflateRatio = 1032;

bool isFolder(const ZipEntry& entry)
{
    return entry.name.ends_with('/');
}

Status checkSizes(const ZipEntry& entry, const std::string& archive)
{
    const bool isStored = entry.method == ZipMethod::Stored;
    const bool isWrong = isStored ? entry.sizeBytes != entry.packedBytes
                                  : entry.sizeBytes / kMaxDeflateRatio > entry.packedBytes;
    if (isWrong || (isFolder(entry) && entry.sizeBytes > 0)) {
        return damagedZip(
            {TIDEMARK_TEXT("storage", "%1 cannot be right about the size of its entry \"%2\"."),
             {archive, shownZipName(entry.name)}});
    }
    return {};
}

/// Sorts by place, says of each entry where it must have ended, and finds those that share bytes.
Status limit(std::vector<ZipEntry>& entries, std::uint64_t directoryOffset,
             const std::string& archive)
{
    std::ranges::sort(entries, {}, &ZipEntry::headerOffset);
    std::uint64_t next = directoryOffset;
    for (std::size_t i = entries.size(); i-- > 0;) {
        ZipEntry& entry = entries[i];
        const std::uint64_t room = next - std::min(next, entry.headerOffset);
        const std::uint64_t header = kZipLocalHeaderBytes + entry.name.size();
        if (room < header || room - header < entry.packedBytes) {
            return damagedZip(
                {TIDEMARK_TEXT("storage",
                               "%1 says that its entry \"%2\" lies where something else lies."),
                 {archive, shownZipName(entry.name)}});
        }
        entry.limitOffset = next;
        next = entry.headerOffset;
    }
    return {};
}

}  // namespace

Error damagedZip(Message what)
{
    return {
        .code = ErrorCode::Damaged,
        .what = std::move(what),
        .next = {TIDEMARK_TEXT("storage", "Take another copy of the archive, or export again.")}};
}

Result<ZipIndex> ZipIndex::of(std::vector<ZipEntry> entries, std::uint64_t directoryOffset,
                              const std::string& archive)
{
    for (const ZipEntry& entry : entries) {
        TIDEMARK_TRY_STATUS(checkZipName(archive, entry.name));
        TIDEMARK_TRY_STATUS(checkSizes(entry, archive));
    }
    TIDEMARK_TRY_STATUS(limit(entries, directoryOffset, archive));
    std::ranges::sort(entries, {}, &ZipEntry::name);
    const auto twice = std::ranges::adjacent_find(entries, {}, &ZipEntry::name);
    if (twice != entries.end()) {
        return damagedZip({TIDEMARK_TEXT("storage", "%1 has two entries called \"%2\"."),
                           {archive, shownZipName(twice->name)}});
    }
    std::erase_if(entries, isFolder);
    ZipIndex index;
    index.m_entries = std::move(entries);
    return index;
}

std::size_t ZipIndex::firstFrom(std::string_view prefix) const
{
    const auto found = std::ranges::lower_bound(m_entries, prefix, {}, &ZipEntry::name);
    return static_cast<std::size_t>(found - m_entries.begin());
}

const ZipEntry* ZipIndex::find(std::string_view name) const
{
    const std::size_t place = firstFrom(name);
    return place < m_entries.size() && m_entries[place].name == name ? &m_entries[place] : nullptr;
}

}  // namespace tidemark::storage
