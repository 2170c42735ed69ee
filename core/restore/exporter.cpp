#include "core/restore/exporter.h"

#include "core/replica/layout.h"
#include "core/replica/mark.h"
#include "core/replica/open_replica.h"
#include "core/replica/v03_layout.h"
#include "core/replica/writer_claim.h"
#include "core/restore/target_file.h"
#include "core/storage/zip_index.h"
#include "core/storage/zip_names.h"
#include "core/storage/zip_writer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace tidemark::restore {
namespace {

/// Whoever deletes so often is not to be waited for.
constexpr int kListings = 5;

/// In the order of names. Whatever else lies in the place is none of the replica's.
constexpr std::array kPrefixes{replica::kLegacyPrefix, replica::kLtxPrefix,
                               std::string_view("tidemark/")};

/// An object on its way, compared with what its listing said.
class ListedReader final : public ByteReader {
public:
    ListedReader(ByteReader& reader, std::uint64_t sizeBytes,
                 const std::function<void(std::uint64_t)>& tell)
        : m_reader(reader), m_sizeBytes(sizeBytes), m_tell(tell)
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        TIDEMARK_TRY(const std::size_t got, m_reader.read(into));
        m_bytes += got;
        m_hasChanged = m_bytes > m_sizeBytes || (got == 0 && m_bytes < m_sizeBytes);
        m_tell(m_bytes);
        return got;
    }

    /// Whether it is longer or shorter than it was listed, as far as it was read.
    [[nodiscard]] bool hasChanged() const { return m_hasChanged; }

private:
    ByteReader& m_reader;
    std::uint64_t m_sizeBytes = 0;
    const std::function<void(std::uint64_t)>& m_tell;
    std::uint64_t m_bytes = 0;
    bool m_hasChanged = false;
};

bool isOfHistory(const storage::ObjectEntry& object)
{
    return replica::parseObjectName(object.name) || replica::parseLegacyName(object.name);
}

Error tooMany(const std::string& place)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("restore",
                                   "%1 has more than %2 objects, which is more than an archive "
                                   "may have."),
                     {place, std::to_string(storage::kMaxZipEntries)}},
            .next = {TIDEMARK_TEXT("restore",
                                   "Copy the replica's folder instead, or keep less of its "
                                   "history.")}};
}

Error beingDeleted(const std::string& place)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("restore",
                                   "A part of %1 is being deleted just now, since the replica "
                                   "does not keep it."),
                     {place}},
            .next = {TIDEMARK_TEXT("restore", "Try again in a while.")}};
}

/// What the archive needs, or a little more.
std::uint64_t sizeOf(const std::vector<storage::ObjectEntry>& objects)
{
    constexpr std::uint64_t kEndBytes = 100;
    std::uint64_t bytes = kEndBytes;
    for (const storage::ObjectEntry& each : objects) {
        bytes += each.sizeBytes + storage::ZipWriter::overheadBytes(each.name);
    }
    return bytes;
}

std::optional<replica::PinBoard::Pin> pinAll(replica::PinBoard& pins,
                                             const std::vector<storage::ObjectEntry>& objects)
{
    std::vector<std::string> names;
    for (const storage::ObjectEntry& each : objects) {
        names.push_back(each.name);
    }
    return pins.pin(std::move(names));
}

}  // namespace

Exporter::Exporter(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
                   replica::PinBoard* pins)
    : m_storage(storage), m_files(files), m_clock(clock), m_random(random), m_pins(pins)
{
}

Result<Exported> Exporter::exportTo(const std::string& target, const OnExported& progress,
                                    const std::stop_token& stop)
{
    const Clock::Instant start = m_clock.monotonic();
    for (int listing = 1;; ++listing) {
        TIDEMARK_TRY_STATUS(checkNewFile(m_files, target));
        TIDEMARK_TRY(const Objects objects, listAll(stop));
        const bool isLast = listing == kListings;
        std::optional<replica::PinBoard::Pin> pin;
        if (m_pins != nullptr) {
            pin = pinAll(*m_pins, objects);
            if (!pin && !isLast) {
                continue;
            }
            if (!pin) {
                return beingDeleted(m_storage.describe());
            }
        }
        Attempt attempt = tryToExport(target, objects, progress, stop);
        if (!attempt.hasChanged || isLast) {
            TIDEMARK_TRY(Exported done, std::move(attempt.exported));
            done.duration =
                std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
            return done;
        }
    }
}

Result<Exporter::Objects> Exporter::listAll(const std::stop_token& stop) const
{
    Objects objects;
    const auto take = [&objects](const storage::ObjectEntry& object) {
        if (!object.name.starts_with(replica::kClaimPrefix) &&
            storage::checkZipName({}, object.name).ok()) {
            objects.push_back(object);
        }
        return objects.size() > storage::kMaxZipEntries ? storage::Listing::Enough
                                                        : storage::Listing::Continue;
    };
    for (const std::string_view prefix : kPrefixes) {
        TIDEMARK_TRY_STATUS(m_storage.list(prefix, take, stop));
    }
    if (objects.size() > storage::kMaxZipEntries) {
        return tooMany(m_storage.describe());
    }
    if (std::ranges::none_of(objects, isOfHistory)) {
        // Says where there is one.
        TIDEMARK_TRY_STATUS([&]() -> Status {
            auto catalog = replica::openCatalog(m_storage, stop);
            return catalog.ok() ? Status() : Status(std::move(catalog).error());
        }());
    }
    return objects;
}

Exporter::Attempt Exporter::tryToExport(const std::string& target, const Objects& objects,
                                        const OnExported& progress, const std::stop_token& stop)
{
    const std::uint64_t total = sizeOf(objects);
    TIDEMARK_TRY(TargetFile file, TargetFile::create(m_files, m_random, target, total));
    storage::ZipWriter writer(file.file());
    std::uint64_t before = 0;
    const std::function<void(std::uint64_t)> tell = [&](std::uint64_t bytes) {
        if (progress) {
            progress(std::min(before + bytes, total), total);
        }
    };
    for (const storage::ObjectEntry& object : objects) {
        auto opened = m_storage.read(object.name, 0, storage::kToTheEnd, stop);
        if (!opened.ok()) {
            const bool hasGone = opened.error().code == ErrorCode::NotFound;
            return {std::move(opened).error(), hasGone};
        }
        ListedReader reader(*opened.value(), object.sizeBytes, tell);
        if (Status added = writer.add(object, reader); !added.ok()) {
            return {std::move(added).error(), reader.hasChanged()};
        }
        before += object.sizeBytes + storage::ZipWriter::overheadBytes(object.name);
    }
    if (stop.stop_requested()) {
        return cancelled();
    }
    TIDEMARK_TRY_STATUS(writer.finish());
    TIDEMARK_TRY(const std::uint64_t bytes, file.file().sizeBytes());
    TIDEMARK_TRY_STATUS(file.publish());
    tell(total);
    return Exported{.path = target, .objects = objects.size(), .bytes = bytes};
}

}  // namespace tidemark::restore
