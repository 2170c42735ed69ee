#include "core/service/retention_preview.h"

#include "core/engine/retention_look.h"
#include "core/replica/open_replica.h"

#include <algorithm>

namespace tidemark::service {
namespace {

Error isLegacy(const storage::Storage& storage)
{
    return {
        .code = ErrorCode::Unsupported,
        .what = {TIDEMARK_TEXT("service", "Nothing is deleted from %1: Litestream 0.3 wrote it."),
                 {storage.describe()}}};
}

/// All of it, however long that takes.
Result<engine::RetentionLook> lookThrough(const storage::Storage& storage,
                                          const engine::RetentionPolicy& policy, Timestamp now,
                                          const replica::ObjectNames& pinned,
                                          const replica::ObjectNames& damaged,
                                          const std::stop_token& stop)
{
    engine::WrittenHeaders headers;
    for (;;) {
        TIDEMARK_TRY(auto look, engine::lookForRetention(storage, policy, now, pinned, damaged, {},
                                                         headers, stop));
        if (look) {
            return std::move(*look);
        }
    }
}

RetentionPreview previewOf(const engine::RetentionLook& look)
{
    RetentionPreview preview{.format = look.catalog.format,
                             .moments = look.catalog.moments.size(),
                             .lostMoments = look.plan.lost.size()};
    for (std::size_t i = 0; i < look.plan.fates.size(); ++i) {
        RetentionPreview::Share& share = preview.objects[look.plan.fates[i]];
        ++share.objects;
        share.bytes += look.catalog.objects[i].sizeBytes;
    }
    for (const engine::KeptMoment& each : look.plan.kept) {
        ++preview.kept[each.why];
    }
    std::ranges::copy_if(
        look.marks, std::back_inserter(preview.goneMarks), [&look](const replica::Mark& mark) {
            return std::ranges::find(look.plan.goneMarks, mark.txId) != look.plan.goneMarks.end();
        });
    return preview;
}

}  // namespace

Result<RetentionPreview> previewRetention(const storage::StorageOpener& storages,
                                          const storage::StorageAddress& address,
                                          const engine::RetentionPolicy& policy, Timestamp now,
                                          const replica::ObjectNames& pinned,
                                          const replica::ObjectNames& damaged,
                                          const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto storage, storages.open(address));
    TIDEMARK_TRY(const replica::Catalog catalog, replica::openCatalog(*storage, stop));
    RetentionPreview refused{.format = catalog.format, .moments = catalog.moments.size()};
    if (catalog.format == replica::Catalog::Format::Legacy) {
        refused.refused = isLegacy(*storage);
        return refused;
    }
    auto look = lookThrough(*storage, policy, now, pinned, damaged, stop);
    if (look.ok()) {
        return previewOf(look.value());
    }
    const ErrorCode code = look.error().code;
    if (code != ErrorCode::Unsupported && code != ErrorCode::Damaged) {
        return std::move(look).error();
    }
    refused.refused = std::move(look).error();
    return refused;
}

}  // namespace tidemark::service
