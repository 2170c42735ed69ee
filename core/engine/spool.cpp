#include "core/engine/spool.h"

#include "core/base/hash.h"
#include "core/ltx/file_name.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <utility>

namespace tidemark::engine {
namespace {

constexpr std::string_view kTemporaryStem = ".tmp-";
constexpr int kTemporaryDigits = 16;

/// Unbuffered: an encoder gives large pieces.
class FileSink final : public ByteSink {
public:
    explicit FileSink(File& file) : m_file(file) {}

    [[nodiscard]] Status write(std::span<const std::byte> bytes) override
    {
        TIDEMARK_TRY_STATUS(m_file.writeAt(bytes, m_written));
        m_written += bytes.size();
        return {};
    }

    [[nodiscard]] std::uint64_t sizeBytes() const { return m_written; }

private:
    File& m_file;
    std::uint64_t m_written = 0;
};

class SegmentReader final : public ByteReader {
public:
    explicit SegmentReader(std::unique_ptr<File> file) : m_file(std::move(file)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        TIDEMARK_TRY(const std::size_t got, m_file->readAt(into, m_done));
        m_done += got;
        return got;
    }

private:
    std::unique_ptr<File> m_file;
    std::uint64_t m_done = 0;
};

class SegmentSource final : public ByteSource {
public:
    SegmentSource(FileSystem& files, std::string path, std::optional<std::uint64_t> sizeBytes)
        : m_files(files), m_path(std::move(path)), m_sizeBytes(sizeBytes)
    {
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_sizeBytes; }

    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        TIDEMARK_TRY(auto file, m_files.open(m_path, OpenFor::Reading));
        return std::unique_ptr<ByteReader>(std::make_unique<SegmentReader>(std::move(file)));
    }

private:
    FileSystem& m_files;
    std::string m_path;
    std::optional<std::uint64_t> m_sizeBytes;
};

Result<std::uint64_t> writeDurably(FileSystem& files, const std::string& path,
                                   const std::function<Status(ByteSink&)>& write)
{
    TIDEMARK_TRY(const auto file, files.open(path, OpenFor::Creating));
    FileSink sink(*file);
    TIDEMARK_TRY_STATUS(write(sink));
    TIDEMARK_TRY_STATUS(file->sync());
    return sink.sizeBytes();
}

Error alreadySpooled(const std::string& path)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("engine", "The segment %1 is there already."), {path}}};
}

}  // namespace

Spool::Spool(FileSystem& files, Random& random, std::string directory)
    : m_files(files), m_random(random), m_directory(std::move(directory))
{
}

Status Spool::open()
{
    TIDEMARK_TRY(const auto entries, m_files.list(m_directory));
    std::map<ltx::TxId, std::uint64_t> segments;
    std::uint64_t sizeBytes = 0;
    for (const DirectoryEntry& each : entries) {
        if (each.facts.kind != FileKind::Regular) {
            continue;
        }
        const auto range = ltx::parseFileName(each.name);
        if (range && range->minTxId == range->maxTxId) {
            segments[range->maxTxId] = each.facts.sizeBytes;
            sizeBytes += each.facts.sizeBytes;
        } else if (each.name.starts_with(kTemporaryStem)) {
            TIDEMARK_TRY_STATUS(m_files.remove(m_directory + '/' + each.name));
        }
    }
    const std::scoped_lock lock(m_mutex);
    m_segments = std::move(segments);
    m_sizeBytes = sizeBytes;
    return {};
}

Result<SpooledSegment> Spool::add(ltx::TxId txId, const std::function<Status(ByteSink&)>& write)
{
    const std::string path = pathOf(txId);
    {
        const std::scoped_lock lock(m_mutex);
        if (m_segments.contains(txId)) {
            return alreadySpooled(path);
        }
    }
    const std::string temporary =
        m_directory + '/' + std::string(kTemporaryStem) + hex(m_random.next(), kTemporaryDigits);
    const auto size = writeDurably(m_files, temporary, write);
    const Status named = size.ok() ? m_files.renameWithoutReplacing(temporary, path) : Status();
    if (!size.ok() || !named.ok()) {
        // Should this fail, open() takes the file one day.
        static_cast<void>(m_files.remove(temporary));
        return size.ok() ? named.error() : size.error();
    }
    if (const Status synced = m_files.syncDirectory(m_directory); !synced.ok()) {
        // Its name may not last: it must not be taken for captured.
        static_cast<void>(m_files.remove(path));
        return synced.error();
    }
    const std::scoped_lock lock(m_mutex);
    m_segments[txId] = size.value();
    m_sizeBytes += size.value();
    return SpooledSegment{.txId = txId, .sizeBytes = size.value()};
}

std::vector<SpooledSegment> Spool::above(ltx::TxId after, std::size_t atMost) const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<SpooledSegment> found;
    auto at = m_segments.upper_bound(after);
    for (; at != m_segments.end() && found.size() < atMost; ++at) {
        found.push_back({.txId = at->first, .sizeBytes = at->second});
    }
    return found;
}

std::optional<ltx::TxId> Spool::newest() const
{
    const std::scoped_lock lock(m_mutex);
    return m_segments.empty() ? std::nullopt : std::optional(m_segments.rbegin()->first);
}

bool Spool::holds(ltx::TxId txId) const
{
    const std::scoped_lock lock(m_mutex);
    return m_segments.contains(txId);
}

std::unique_ptr<ByteSource> Spool::source(ltx::TxId txId) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_segments.find(txId);
    return std::make_unique<SegmentSource>(
        m_files, pathOf(txId),
        found == m_segments.end() ? std::nullopt : std::optional(found->second));
}

Status Spool::removeUpTo(ltx::TxId last)
{
    return removeWhile([last](ltx::TxId oldest, std::uint64_t) { return oldest <= last; });
}

Status Spool::trim(ltx::TxId spare, ltx::TxId unneeded, std::uint64_t keptBytes)
{
    return removeWhile([=](ltx::TxId oldest, std::uint64_t sizeBytes) {
        return oldest <= unneeded || (oldest <= spare && sizeBytes > keptBytes);
    });
}

Status Spool::removeWhile(
    const std::function<bool(ltx::TxId oldest, std::uint64_t sizeBytes)>& isOver)
{
    const std::scoped_lock removing(m_removing);
    for (;;) {
        ltx::TxId txId;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_segments.empty() || !isOver(m_segments.begin()->first, m_sizeBytes)) {
                return {};
            }
            txId = m_segments.begin()->first;
        }
        TIDEMARK_TRY_STATUS(remove(txId));
    }
}

Result<std::optional<ltx::TxRange>> Spool::cut(std::span<const ltx::TxRange> ranges,
                                               std::uint64_t keptBytes, std::size_t atMost)
{
    // Whoever captures calls this.
    const std::unique_lock removing(m_removing, std::try_to_lock);
    std::optional<ltx::TxRange> gone;
    for (auto range = ranges.begin(); removing && range != ranges.end() && !gone; ++range) {
        for (std::size_t count = 0; count < atMost && sizeBytes() > keptBytes; ++count) {
            const auto newest = newestIn(*range);
            if (!newest) {
                break;
            }
            if (Status removed = remove(*newest); !removed.ok()) {
                // What went before is told; the rest is tried again with the next call.
                return gone ? Result(gone) : std::move(removed).error();
            }
            gone = {.minTxId = *newest, .maxTxId = gone ? gone->maxTxId : *newest};
        }
    }
    return gone;
}

std::optional<ltx::TxId> Spool::newestIn(ltx::TxRange range) const
{
    const std::scoped_lock lock(m_mutex);
    const auto above = m_segments.upper_bound(range.maxTxId);
    const bool isAny = above != m_segments.begin() && std::prev(above)->first >= range.minTxId;
    return isAny ? std::optional(std::prev(above)->first) : std::nullopt;
}

Status Spool::remove(ltx::TxId txId)
{
    TIDEMARK_TRY_STATUS(m_files.remove(pathOf(txId)));
    const std::scoped_lock lock(m_mutex);
    const auto removed = m_segments.find(txId);
    m_sizeBytes -= removed->second;
    m_segments.erase(removed);
    return {};
}

std::uint64_t Spool::sizeBytes() const
{
    const std::scoped_lock lock(m_mutex);
    return m_sizeBytes;
}

std::string Spool::pathOf(ltx::TxId txId) const
{
    return m_directory + '/' + ltx::fileName({.minTxId = txId, .maxTxId = txId});
}

}  // namespace tidemark::engine
