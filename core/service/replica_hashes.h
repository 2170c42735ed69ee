#pragma once

#include "core/base/result.h"
#include "core/ltx/tx_id.h"
#include "core/replica/damage.h"
#include "core/state/page_checksums.h"
#include "core/storage/storage.h"

#include <cstdint>
#include <optional>
#include <stop_token>

namespace tidemark::service {

/// The hash of each page after transaction `txId`, read from a replica: what this computer has lost
/// or never knew need not be uploaded again. `missing` are objects to do without. Empty when the
/// replica has no such moment, or when more than `mostBytes` were to be read for it; Damaged when
/// the pages are not what their digest says; else fails as the storage does. Memory is 36 bytes a
/// page at most.
[[nodiscard]] Result<std::optional<state::PageChecksums>> hashesFrom(
    const storage::Storage& storage, ltx::TxId txId, const replica::ObjectNames& missing,
    std::uint64_t mostBytes, const std::stop_token& stop);

}  // namespace tidemark::service
