#include "core/storage/use.h"

#include "core/base/folder_lock.h"

#include <chrono>

namespace tidemark::storage {
namespace {

/// Deletions are made in steps of a few seconds at most.
constexpr std::chrono::milliseconds kPause{50};

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
    for (;;) {
        if (auto use = tryUse(address, LockFor::Sharing)) {
            return std::move(*use);
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
