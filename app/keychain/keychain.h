#pragma once

#include "app/keychain/keychain_entries.h"
#include "core/base/result.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <chrono>
#include <functional>
#include <stop_token>

namespace tidemark::keychain {

/// The secrets of replicas in the keychain of the desktop, each under storage::replicaId. For one
/// thread with an event loop; no call blocks, and each answer comes once, later, on that thread.
///
/// Fails with Unavailable where no keychain runs or it does not work, with Forbidden where it stays
/// locked; each says what helps. Nothing is ever written to a file instead.
class Keychain {
public:
    /// `entries` outlives it, and the answers that are still to come.
    explicit Keychain(KeychainEntries& entries) : m_entries(entries) {}

    using Found = std::function<void(const Result<storage::Secrets>& secrets)>;
    using Ended = std::function<void(const Status& status)>;

    /// Empty secrets when none are kept. Damaged when they cannot be read.
    void read(const storage::StorageAddress& address, Found found);

    /// In the place of what was kept.
    void write(const storage::StorageAddress& address, const storage::Secrets& secrets,
               Ended ended);

    /// Also where none are kept.
    void remove(const storage::StorageAddress& address, Ended ended);

private:
    KeychainEntries& m_entries;
};

/// Reads and waits for it in an event loop of its own: for programs without a window, on their main
/// thread. Fails as Keychain::read, with Forbidden when there is no answer within `limit`, as one
/// that is locked gives none, and with Cancelled.
[[nodiscard]] Result<storage::Secrets> readWithin(Keychain& keychain,
                                                  const storage::StorageAddress& address,
                                                  std::chrono::milliseconds limit,
                                                  const std::stop_token& stop);

}  // namespace tidemark::keychain
