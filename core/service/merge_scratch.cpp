#include "core/service/merge_scratch.h"

#include "core/ltx/merge.h"
#include "core/replica/merged_plan.h"
#include "core/storage/temporary_file.h"

#include <cstdint>
#include <span>

namespace tidemark::service {
namespace {

Error noRoomForScratch(const std::string& folder)
{
    return {.code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("service",
                                   "There is not enough room in %1 to make a snapshot of many "
                                   "objects."),
                     {folder}},
            .next = {TIDEMARK_TEXT(
                "service", "It is made as soon as there is. Everything is saved meanwhile.")}};
}

}  // namespace

Status requireScratch(FileSystem& files, const std::string& folder,
                      const std::vector<replica::ObjectInfo>& inputs)
{
    if (inputs.size() <= ltx::kMaxMergeInputs) {
        return {};
    }
    TIDEMARK_TRY_STATUS(files.makeDirectories(folder));
    // What a program that died left there is in nobody's way.
    TIDEMARK_TRY_STATUS(storage::removeLeftovers(files, folder, replica::kMergeStem));
    std::uint64_t bytes = 0;
    for (const replica::ObjectInfo& each : std::span(inputs).subspan(1)) {
        bytes += each.sizeBytes;
    }
    const auto space = files.space(folder);
    return !space.ok() || space.value().freeBytes >= bytes ? Status()
                                                           : Status(noRoomForScratch(folder));
}

}  // namespace tidemark::service
