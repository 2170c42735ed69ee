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

/// An object on its way, counted.
class CountedReader final : public ByteReader {
public:
    CountedReader(ByteReader& reader, const std::function<void(std::uint64_t)>& tell)
        : m_reader(reader), m_tell(tell)
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        auto got = m_reader.read(into);
        m_hasFailed = m_hasFailed || !got.ok();
        m_bytes += got.ok() ? got.value() : 0;
        m_tell(m_bytes);
        return got;
    }

    [[nodiscard]] bool hasFailed() const { return m_hasFailed; }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    ByteReader& m_reader;
    const std::function<void(std::uint64_t)>& m_tell;
    std::uint64_t m_bytes = 0;
    bool m_hasFailed = false;
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
        m_hasChanged = false;
        auto exported = tryToExport(target, objects, progress, stop);
        if (exported.ok() || !m_hasChanged || isLast) {
            TIDEMARK_TRY(Exported done, std::move(exported));
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

Result<Exported> Exporter::tryToExport(const std::string& target, const Objects& objects,
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
        m_hasChanged = !opened.ok() && opened.error().code == ErrorCode::NotFound;
        TIDEMARK_TRY(const auto reader, std::move(opened));
        CountedReader counted(*reader, tell);
        Status added = writer.add(object, counted);
        if (!added.ok()) {
            m_hasChanged = !counted.hasFailed() && counted.bytes() != object.sizeBytes;
            return std::move(added).error();
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
