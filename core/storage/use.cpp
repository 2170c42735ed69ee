#include "core/storage/use.h"

#include "core/base/folder_lock.h"

#include <chrono>

namespace tidemark::storage {
namespace {

constexpr std::chrono::milliseconds kPause{50};

/// Deletions are made in steps, which take seconds. Whoever holds the folder longer is no engine,
/// like `flock FOLDER tidemarkctl restore ...`, and would wait for us as long as we for it.
constexpr std::chrono::seconds kPatience{60};

Error inUse(const StorageAddress& address)
{
    return {
        .code = ErrorCode::Busy,
        .what = {TIDEMARK_TEXT("storage", "%1 is being read or marked."), {formatAddress(address)}},
        .next = {TIDEMARK_TEXT("storage", "It is tried again later.")}};
}

/// Empty while others stand in the way.
std::optional<Use> tryUse(const StorageAddress& address, LockFor purpose)
{
    if (address.kind != StorageKind::Folder) {
        return Use();
    }
    auto locked = lockFolder(address.path, purpose);
    if (locked.ok()) {
        return Use(std::move(locked).value());
    }
    return locked.error().code == ErrorCode::Busy ? std::nullopt : std::optional(Use());
}

}  // namespace

Result<Use> shareUse(Clock& clock, const StorageAddress& address, const std::stop_token& stop)
{
    const Clock::Instant end = clock.monotonic() + kPatience;
    for (;;) {
        if (auto use = tryUse(address, LockFor::Sharing)) {
            return std::move(*use);
        }
        if (clock.monotonic() >= end) {
            return Use();
        }
        if (!clock.waitUntil(clock.monotonic() + kPause, stop)) {
            return cancelled();
        }
    }
}

Result<Use> takeUse(const StorageAddress& address)
{
    if (auto use = tryUse(address, LockFor::Alone)) {
        return std::move(*use);
    }
    return inUse(address);
}

}  // namespace tidemark::storage
