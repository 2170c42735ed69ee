#pragma once

#include "app/cli/commands.h"
#include "core/base/result.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <cstdint>
#include <optional>
#include <span>

/// What a listing does not tell: pages and exact times, read from the objects themselves.
namespace tidemark::cli {

/// Fills in what each moment's newest object tells; a moment whose object cannot be read stays as
/// it was. Reads some objects side by side. Fails with Cancelled alone.
[[nodiscard]] Status lookAtMoments(Session& session, const storage::Storage& storage,
                                   const replica::Catalog& catalog,
                                   std::span<replica::Moment> moments);

/// An object with what is in it.
struct ListedObject {
    replica::ObjectInfo info = {};
    std::optional<std::uint32_t> pages = {};
};

[[nodiscard]] Status lookAtObjects(Session& session, const storage::Storage& storage,
                                   std::span<ListedObject> objects);

}  // namespace tidemark::cli
