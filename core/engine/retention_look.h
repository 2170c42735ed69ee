#pragma once

#include "core/base/result.h"
#include "core/engine/retention.h"
#include "core/engine/written_headers.h"
#include "core/replica/mark.h"
#include "core/storage/storage.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace tidemark::engine {

/// A replica as it lies there, and what retention would do to it.
struct RetentionLook {
    replica::Catalog catalog = {};
    std::vector<replica::ObjectInfo> damaged = {};  ///< Listed, and none of the catalog's.
    std::vector<replica::Mark> marks = {};
    RetentionPlan plan = {};
};

/// Lists the replica and its marks and plans, as if `damaged` objects were not there. A plan by
/// which something goes is made a second time, with the times of the headers in the place of the
/// listed ones; where nothing goes by the listed times nothing goes, and no header is read.
/// `unfinished` as for planRetention().
///
/// Empty when more headers have to be read than one call does: call again. Fails as WrittenHeaders
/// and planRetention() do, and as the storage does; Damaged when a mark cannot be read, since it
/// may keep any moment. After every failure nothing may be deleted.
[[nodiscard]] Result<std::optional<RetentionLook>> lookForRetention(
    const storage::Storage& storage, const RetentionPolicy& policy, Timestamp now,
    const replica::ObjectNames& pinned, const replica::ObjectNames& damaged,
    const replica::ObjectNames& unfinished, WrittenHeaders& headers, const std::stop_token& stop);

}  // namespace tidemark::engine
