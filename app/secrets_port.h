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

    /// From now on what is opened at exactly `address` is opened with these, in the place of
    /// others. They are in memory alone; empty ones: the environment is asked again.
    virtual void use(const storage::StorageAddress& address, const storage::Secrets& secrets) = 0;

    using Ended = std::function<void(const Status& status)>;

    /// Writes what is used there into the keychain; nothing where nothing is. Fails as
    /// keychain::Keychain.
    virtual void keep(const storage::StorageAddress& address, Ended ended) = 0;

    /// Uses what the keychain has for `address`; `ended` says whether it has anything.
    virtual void load(const storage::StorageAddress& address,
                      std::function<void(bool isKnown)> ended) = 0;

    /// Whether a keychain answers, and if not, what helps.
    virtual void look(Ended ended) = 0;
};

}  // namespace tidemark::app
