#pragma once

#include "core/storage/storage.h"

#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// What stands in a place where somebody wants a replica.
struct PlaceContents {
    enum class Kind {
        Nothing,
        Replica,  ///< Of ours or of Litestream 0.5.
        Legacy,   ///< A replica of Litestream 0.3.
        Others,   ///< Files that belong to no replica, or to replicas further down.
    };

    Kind kind = Kind::Nothing;
    std::string example = {};  ///< The first object that told.

    bool operator==(const PlaceContents&) const = default;
};

/// Three short listings; nothing is opened. Marks and claims alone are nothing. Fails as
/// Storage::list does, but that a place which is not there has nothing.
[[nodiscard]] Result<PlaceContents> contentsOf(const storage::Storage& storage,
                                               const std::stop_token& stop);

/// "litestream-0.3", for files and programs.
[[nodiscard]] std::string_view codeName(PlaceContents::Kind kind);

}  // namespace tidemark::replica
