#pragma once

#include "app/keychain/keychain.h"
#include "app/secrets_port.h"

#include <map>
#include <mutex>
#include <string>

namespace tidemark::app {

/// The secrets of the replicas of this desktop: those that a form or the keychain gave, for exactly
/// the place that they were given for; for all others `next` is asked. The port is for the GUI
/// thread, secretsOf() for any.
class KeptSecrets final : public SecretsPort, public storage::SecretSource {
public:
    /// Both outlive it, and the keychain answers no more once it is gone.
    KeptSecrets(keychain::Keychain& keychain, const storage::SecretSource& next)
        : m_keychain(keychain), m_next(next)
    {
    }

    void use(const storage::StorageAddress& address, const storage::Secrets& secrets) override;
    void keep(const storage::StorageAddress& address, Ended ended) override;
    void load(const storage::StorageAddress& address,
              std::function<void(bool isKnown)> ended) override;
    void look(Ended ended) override;

    [[nodiscard]] Result<storage::Secrets> secretsOf(
        const storage::StorageAddress& address) const override;

private:
    [[nodiscard]] storage::Secrets used(const storage::StorageAddress& address) const;

    keychain::Keychain& m_keychain;
    const storage::SecretSource& m_next;
    mutable std::mutex m_mutex;                      // Guards m_used.
    std::map<std::string, storage::Secrets> m_used;  // By the id of the replica.
};

}  // namespace tidemark::app
