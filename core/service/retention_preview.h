#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/engine/retention.h"
#include "core/replica/mark.h"
#include "core/storage/storage_address.h"
#include "core/storage/storage_opener.h"

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

namespace tidemark::service {

/// What retention by some policy would do to a replica now. Made by the very look that the engine
/// deletes by; nothing is changed.
struct RetentionPreview {
    struct Share {
        std::uint64_t objects = 0;
        std::uint64_t bytes = 0;

        bool operator==(const Share&) const = default;
    };

    replica::Catalog::Format format = replica::Catalog::Format::Empty;
    std::map<engine::Fate, Share> objects = {};  ///< Those that there are any of.
    std::map<engine::KeptFor, std::uint64_t> kept = {};
    std::uint64_t moments = 0;                  ///< That can be restored now.
    std::uint64_t lostMoments = 0;              ///< Of these, that could not be restored then.
    std::vector<replica::Mark> goneMarks = {};  ///< Whose moment cannot be restored even now.
    /// Why nothing would be deleted whatever the policy says; empty when nothing stands in the way.
    std::optional<Error> refused = {};

    [[nodiscard]] Share going() const
    {
        const auto found = objects.find(engine::Fate::Goes);
        return found == objects.end() ? Share() : found->second;
    }
};

/// Blocks; reads the headers of the replica's objects where something would go. `pinned` and
/// `damaged` are objects of it that are in use, and that are known to be damaged. Fails as the
/// storage does; NotFound when there is no replica.
[[nodiscard]] Result<RetentionPreview> previewRetention(
    const storage::StorageOpener& storages, const storage::StorageAddress& address,
    const engine::RetentionPolicy& policy, Timestamp now, const replica::ObjectNames& pinned,
    const replica::ObjectNames& damaged, const std::stop_token& stop);

}  // namespace tidemark::service
