#include "core/service/same_database.h"

#include "core/ltx/page_frame.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"
#include "core/replica/restore_plan.h"
#include "core/sqlite/page_sample.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

/// Enough to tell a database that went on from one that shares no more than its schema.
constexpr std::uint32_t kSample = 64;

/// SQLite counts and notes versions in the first page's header, whatever the database is.
constexpr std::size_t kHeaderBytes = 100;

struct Place {
    std::string object = {};
    ltx::FrameAt frame = {};
};
/// Where the newest version of each page of the sample is.
using Places = std::map<std::uint32_t, Place>;

Error otherDatabase(const storage::Storage& storage)
{
    return {
        .code = ErrorCode::AlreadyExists,
        .what = {TIDEMARK_TEXT("service",
                               "%1 holds the history of another database, or of this one long "
                               "ago."),
                 {storage.describe()}},
        .next = {TIDEMARK_TEXT("service",
                               "Give this database a new place. If it is this one all the same, "
                               "few of whose pages are as they were, say so once: tidemarkctl "
                               "replicate DB STORAGE --once --same-database.")}};
}

Status addPlaces(const storage::Storage& storage, const replica::LtxObject& object,
                 std::uint32_t stride, Places& places, const std::stop_token& stop)
{
    return replica::readPageIndex(
        storage, object,
        [&](const ltx::FrameAt& frame) {
            if ((frame.pageNumber - 1) % stride == 0) {
                places.try_emplace(frame.pageNumber, Place{object.info.name, frame});
            }
            return Status();
        },
        stop);
}

Status readStored(const storage::Storage& storage, const Place& place, std::span<std::byte> page,
                  const std::stop_token& stop)
{
    std::vector<std::byte> frame(static_cast<std::size_t>(place.frame.sizeBytes));
    TIDEMARK_TRY_STATUS(
        replica::readExactly(storage, place.object, place.frame.offset, frame, stop));
    TIDEMARK_TRY([[maybe_unused]] const auto head, ltx::decodeFrame(frame, page));
    return {};
}

/// Whether at least half of the pages that hold anything are the same.
Result<bool> mostAreSame(const storage::Storage& storage, const Places& places,
                         const sqlite::PageSample& source, const std::stop_token& stop)
{
    std::vector<std::byte> stored(source.pageSizeBytes);
    std::size_t compared = 0;
    std::size_t same = 0;
    for (const auto& [number, place] : places) {
        TIDEMARK_TRY_STATUS(readStored(storage, place, stored, stop));
        const std::size_t skipped = number == 1 ? kHeaderBytes : 0;
        const auto counts = std::span(stored).subspan(skipped);
        if (std::ranges::all_of(counts, [](std::byte byte) { return byte == std::byte{0}; })) {
            continue;
        }
        ++compared;
        const auto own = source.pages.find(number);
        const bool isSame = own != source.pages.end() &&
                            std::ranges::equal(counts, std::span(own->second).subspan(skipped));
        same += isSame ? 1 : 0;
    }
    return same * 2 >= compared;
}

}  // namespace

Status checkSameDatabase(FileSystem& files, const storage::Storage& storage,
                         const replica::Catalog& catalog, const std::string& path,
                         const std::stop_token& stop)
{
    if (catalog.moments.empty()) {
        return {};
    }
    TIDEMARK_TRY(const replica::RestorePlan plan, replica::planRestore(catalog, replica::Latest{}));
    Places places;
    std::uint32_t stride = 0;
    std::uint32_t pageSizeBytes = 0;
    for (const replica::ObjectInfo& info : std::views::reverse(plan.objects)) {
        TIDEMARK_TRY(const auto object, replica::readLtxObject(storage, info, stop));
        if (pageSizeBytes != 0 && pageSizeBytes != object.header.pageSizeBytes) {
            return otherDatabase(storage);
        }
        pageSizeBytes = object.header.pageSizeBytes;
        stride = stride == 0 ? std::max(1U, object.header.pageCountAfter / kSample) : stride;
        TIDEMARK_TRY_STATUS(addPlaces(storage, object, stride, places, stop));
    }
    // Last, and all at once: it may be that writers wait for it.
    const auto numbers = std::views::keys(places);
    TIDEMARK_TRY(const sqlite::PageSample source,
                 sqlite::readSample(files, path,
                                    std::vector<std::uint32_t>(numbers.begin(), numbers.end())));
    if (source.pageSizeBytes != pageSizeBytes) {
        return otherDatabase(storage);
    }
    TIDEMARK_TRY(const bool isSame, mostAreSame(storage, places, source, stop));
    return isSame ? Status() : Status(otherDatabase(storage));
}

}  // namespace tidemark::service
