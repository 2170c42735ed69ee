#pragma once

#include "core/base/result.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <functional>

namespace tidemark::app {

/// What the window asks of those that hold the secrets of replicas. For the GUI thread; no call
/// blocks, and every answer comes later, on the GUI thread, never from within the call.
class SecretsPort {
public:
    virtual ~SecretsPort() = default;

    /// What is opened at exactly `address` is opened with these, in the place of others, until
    /// dropTried() or keep(). They are in memory alone.
    virtual void tryWith(const storage::StorageAddress& address,
                         const storage::Secrets& secrets) = 0;
    /// What was in use before is used again.
    virtual void dropTried(const storage::StorageAddress& address) = 0;

    using Ended = std::function<void(const Status& status)>;

    /// Writes what is tried there into the keychain, and uses it from then on; nothing where
    /// nothing is tried. Fails as keychain::Keychain; then it is still tried.
    virtual void keep(const storage::StorageAddress& address, Ended ended) = 0;

    using Loaded = std::function<void(const Result<bool>& isKnown)>;

    /// Uses what the keychain has for `address`; `ended` says whether it has anything, or why it
    /// does not tell, which is then also said where the place cannot be opened without it.
    virtual void load(const storage::StorageAddress& address, Loaded ended) = 0;

    /// What is used there is used no more, and goes from the keychain, where it does answer.
    virtual void forget(const storage::StorageAddress& address) = 0;

    /// Whether a keychain answers, and if not, what helps.
    virtual void look(Ended ended) = 0;
};

}  // namespace tidemark::app
