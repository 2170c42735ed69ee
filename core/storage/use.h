#pragma once

#include "core/base/clock.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"
#include "core/storage/storage_address.h"

#include <optional>
#include <stop_token>
#include <utility>

namespace tidemark::storage {

/// That somebody needs what a storage holds to stay as it is, told to other programs: whoever
/// restores, verifies or marks shares the use of it, whoever deletes has it alone (flock of the
/// folder, which needs no right to write there). Given back when this goes.
///
/// Other computers hear of it as far as the file system tells them of locks. Where folders cannot
/// be locked, and of storages that are no folders, nobody hears of it, and it is always given.
class Use {
public:
    explicit Use(std::optional<Descriptor> held = std::nullopt) : m_held(std::move(held)) {}

    /// Whether others hear of it.
    [[nodiscard]] bool isHeard() const { return m_held.has_value(); }

private:
    std::optional<Descriptor> m_held;
};

/// Blocks while somebody has it alone, for a minute at most; then it is given all the same. Fails
/// with Cancelled only.
[[nodiscard]] Result<Use> shareUse(Clock& clock, const StorageAddress& address,
                                   const std::stop_token& stop);

/// Never waits: Busy while anybody else uses it, in this program or another.
[[nodiscard]] Result<Use> takeUse(const StorageAddress& address);

}  // namespace tidemark::storage
