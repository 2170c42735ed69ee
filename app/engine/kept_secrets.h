#pragma once

#include "app/keychain/keychain.h"
#include "app/secrets_port.h"

#include <chrono>
#include <condition_variable>
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

    /// Waits for the keychain where it is being asked for these, but not for longer than kPatience:
    /// what is opened without them would be told broken for a moment at each start.
    [[nodiscard]] Result<storage::Secrets> secretsOf(
        const storage::StorageAddress& address) const override;

    /// A keychain that is open answers at once; one that asks its person may take any time.
    static constexpr std::chrono::seconds kPatience{3};

private:
    [[nodiscard]] storage::Secrets used(const storage::StorageAddress& address) const;

    keychain::Keychain& m_keychain;
    const storage::SecretSource& m_next;
    mutable std::mutex m_mutex;  // Guards the rest.
    mutable std::condition_variable m_loaded;
    std::map<std::string, int> m_loading;            // Questions that are open, by the same.
    std::map<std::string, storage::Secrets> m_used;  // By the id of the replica.
};

}  // namespace tidemark::app
