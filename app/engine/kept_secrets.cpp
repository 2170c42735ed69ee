#include "app/engine/kept_secrets.h"

#include <QTimer>

#include <utility>

namespace tidemark::app {
namespace {

/// A place that nobody has: to see whether there is a keychain, something has to be read from it.
const storage::StorageAddress kNowhere{.path = "/"};

}  // namespace

void KeptSecrets::use(const storage::StorageAddress& address, const storage::Secrets& secrets)
{
    const std::scoped_lock lock(m_mutex);
    m_used[storage::replicaId(address)] = secrets;
}

storage::Secrets KeptSecrets::used(const storage::StorageAddress& address) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_used.find(storage::replicaId(address));
    return found == m_used.end() ? storage::Secrets() : found->second;
}

void KeptSecrets::keep(const storage::StorageAddress& address, Ended ended)
{
    const storage::Secrets secrets = used(address);
    if (secrets == storage::Secrets()) {
        QTimer::singleShot(0, [ended = std::move(ended)] { ended({}); });
        return;
    }
    m_keychain.write(address, secrets, std::move(ended));
}

void KeptSecrets::load(const storage::StorageAddress& address,
                       std::function<void(bool isKnown)> ended)
{
    const std::string id = storage::replicaId(address);
    {
        const std::scoped_lock lock(m_mutex);
        ++m_loading[id];
    }
    m_keychain.read(address,
                    [this, id, ended = std::move(ended)](const Result<storage::Secrets>& secrets) {
                        const bool isKnown = secrets.ok() && secrets.value() != storage::Secrets();
                        {
                            const std::scoped_lock lock(m_mutex);
                            if (isKnown) {
                                m_used[id] = secrets.value();
                            }
                            if (--m_loading[id] == 0) {
                                m_loading.erase(id);
                            }
                        }
                        m_loaded.notify_all();
                        ended(isKnown);
                    });
}

void KeptSecrets::look(Ended ended)
{
    m_keychain.read(kNowhere, [ended = std::move(ended)](const Result<storage::Secrets>& secrets) {
        ended(secrets.ok() ? Status() : Status(secrets.error()));
    });
}

Result<storage::Secrets> KeptSecrets::secretsOf(const storage::StorageAddress& address) const
{
    {
        std::unique_lock lock(m_mutex);
        m_loaded.wait_for(lock, kPatience, [this, id = storage::replicaId(address)] {
            return !m_loading.contains(id);
        });
    }
    storage::Secrets secrets = used(address);
    return secrets == storage::Secrets() ? m_next.secretsOf(address)
                                         : Result<storage::Secrets>(std::move(secrets));
}

}  // namespace tidemark::app
