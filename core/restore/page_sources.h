#pragma once

#include "core/replica/ltx_object.h"
#include "core/replica/restore_plan.h"
#include "core/storage/storage.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

namespace tidemark::restore {

/// Neighbouring frames of one object: what one thread reads in one request, decodes and writes.
struct FrameRun {
    std::uint32_t object = 0;     ///< In PageSources::objects.
    std::uint32_t firstPage = 0;  ///< As the index says; the frames must say the same.
    std::uint32_t lastPage = 0;
    std::uint32_t winners = 0;  ///< How many of its pages go into the result.
    std::uint64_t offset = 0;
    std::uint64_t sizeBytes = 0;
};

/// From where each page of the database comes.
///
/// Every byte of the result is covered by a check: the state digest where it was recorded, else the
/// checksum of each object that gives a page, which then is read whole. With a digest, stretches of
/// frames that a newer object replaces are passed over.
struct PageSources {
    std::uint32_t pageSizeBytes = 0;
    std::uint32_t pageCount = 0;
    std::optional<std::uint64_t> digest = {};  ///< Of the state, if it was recorded.
    Timestamp time = {};                       ///< Of the state.

    std::vector<replica::LtxObject> objects = {};  ///< Newest first; only those that give a page.
    std::vector<bool> readWhole = {};              ///< Per object: its runs are all of its frames.
    std::vector<FrameRun> runs = {};               ///< By object, then offset.
    std::vector<std::uint32_t> owners = {};        ///< Per page, from page 1: its object + 1.

    [[nodiscard]] std::uint64_t sizeBytes() const
    {
        return std::uint64_t{pageSizeBytes} * pageCount;
    }
    [[nodiscard]] bool gives(std::uint32_t object, std::uint32_t page) const
    {
        return page <= pageCount && owners[page - 1] == object + 1;
    }
};

/// Reads the indexes of the plan's objects, newest first, until every page has its source: what is
/// older is never opened, so that a full file of another page size ends the search. Memory is four
/// bytes a page and bounded by what the objects' sizes can hold. Damaged if a page has no source or
/// the objects do not fit together; NotFound if one vanished.
[[nodiscard]] Result<PageSources> findPageSources(const storage::Storage& storage,
                                                  const replica::RestorePlan& plan,
                                                  const std::stop_token& stop);

}  // namespace tidemark::restore
