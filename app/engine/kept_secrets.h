#pragma once

#include "app/keychain/keychain.h"
#include "app/secrets_port.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

namespace tidemark::app {

/// The secrets of the replicas of this desktop, each for exactly the place that it was given for:
/// first those that a form tries, then those that the keychain has; for all others, and for keys
/// that go with an SSE-C key, `next` is asked. The port is for the GUI thread, secretsOf() for any.
class KeptSecrets final : public SecretsPort, public storage::SecretSource {
public:
    /// Both outlive it, and the keychain answers no more once it is gone.
    KeptSecrets(keychain::Keychain& keychain, const storage::SecretSource& next)
        : m_keychain(keychain), m_next(next)
    {
    }

    void tryWith(const storage::StorageAddress& address, const storage::Secrets& secrets) override;
    void dropTried(const storage::StorageAddress& address) override;
    void keep(const storage::StorageAddress& address, Ended ended) override;
    void load(const storage::StorageAddress& address, Loaded ended) override;
    void forget(const storage::StorageAddress& address) override;
    void look(Ended ended) override;

    /// Waits for the keychain where it is being asked for these, but not for longer than kPatience:
    /// what is opened without them would be told broken for a moment at each start. Credentials,
    /// with what the keychain said, where it did not tell and nothing can be opened without.
    [[nodiscard]] Result<storage::Secrets> secretsOf(
        const storage::StorageAddress& address) const override;

    /// A keychain that is open answers at once; one that asks its person may take any time.
    static constexpr std::chrono::seconds kPatience{3};

private:
    using ById = std::map<std::string, storage::Secrets>;  // The id of a replica.

    void loaded(const std::string& id, const Result<storage::Secrets>& secrets);

    keychain::Keychain& m_keychain;
    const storage::SecretSource& m_next;
    mutable std::mutex m_mutex;  // Guards the rest.
    mutable std::condition_variable m_loaded;
    std::map<std::string, int> m_loading;   // Questions that are open.
    std::map<std::string, Error> m_untold;  // Why the keychain did not answer the last one.
    ById m_tried;
    ById m_used;
};

}  // namespace tidemark::app
