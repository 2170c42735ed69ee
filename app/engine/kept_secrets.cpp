#include "app/engine/kept_secrets.h"

#include "core/storage/known_secrets.h"

#include <QTimer>

#include <optional>
#include <utility>

namespace tidemark::app {
namespace {

/// A place that nobody has: to see whether there is a keychain, something has to be read from it.
const storage::StorageAddress kNowhere{.path = "/"};

template <typename Value>
std::optional<Value> foundIn(const std::map<std::string, Value>& all, const std::string& id)
{
    const auto found = all.find(id);
    return found == all.end() ? std::nullopt : std::optional(found->second);
}

/// Whether nothing at all is reached there without a secret: SFTP may have its key elsewhere, and
/// WebDAV need none.
bool needsSome(const storage::StorageAddress& address)
{
    using Kind = storage::StorageKind;
    return address.kind == Kind::S3 || address.kind == Kind::Azure ||
           (address.kind == Kind::WebDav && !address.user.empty());
}

}  // namespace

void KeptSecrets::tryWith(const storage::StorageAddress& address, const storage::Secrets& secrets)
{
    const std::scoped_lock lock(m_mutex);
    m_tried[storage::replicaId(address)] = secrets;
}

void KeptSecrets::dropTried(const storage::StorageAddress& address)
{
    const std::scoped_lock lock(m_mutex);
    m_tried.erase(storage::replicaId(address));
}

void KeptSecrets::keep(const storage::StorageAddress& address, Ended ended)
{
    const std::string id = storage::replicaId(address);
    std::optional<storage::Secrets> tried;
    {
        const std::scoped_lock lock(m_mutex);
        tried = foundIn(m_tried, id);
    }
    if (!tried) {
        QTimer::singleShot(0, [ended = std::move(ended)] { ended({}); });
        return;
    }
    m_keychain.write(address, *tried,
                     [this, id, secrets = *tried, ended = std::move(ended)](const Status& status) {
                         if (status.ok()) {
                             const std::scoped_lock lock(m_mutex);
                             m_used[id] = secrets;
                             if (foundIn(m_tried, id) == secrets) {
                                 m_tried.erase(id);
                             }
                         }
                         ended(status);
                     });
}

void KeptSecrets::load(const storage::StorageAddress& address, Loaded ended)
{
    const std::string id = storage::replicaId(address);
    {
        const std::scoped_lock lock(m_mutex);
        ++m_loading[id];
    }
    m_keychain.read(address,
                    [this, id, ended = std::move(ended)](const Result<storage::Secrets>& secrets) {
                        loaded(id, secrets);
                        ended(secrets.ok() ? Result<bool>(secrets.value() != storage::Secrets())
                                           : Result<bool>(secrets.error()));
                    });
}

void KeptSecrets::loaded(const std::string& id, const Result<storage::Secrets>& secrets)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_untold.erase(id);
        if (!secrets.ok()) {
            m_untold.emplace(id, secrets.error());
        } else if (secrets.value() != storage::Secrets()) {
            m_used[id] = secrets.value();
        }
        if (--m_loading[id] == 0) {
            m_loading.erase(id);
        }
    }
    m_loaded.notify_all();
}

void KeptSecrets::forget(const storage::StorageAddress& address)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_used.erase(storage::replicaId(address));
        m_untold.erase(storage::replicaId(address));
    }
    // What a keychain that does not answer keeps opens nothing that anybody follows.
    m_keychain.remove(address, [](const Status&) {});
}

void KeptSecrets::look(Ended ended)
{
    m_keychain.read(kNowhere, [ended = std::move(ended)](const Result<storage::Secrets>& secrets) {
        ended(secrets.ok() ? Status() : Status(secrets.error()));
    });
}

Result<storage::Secrets> KeptSecrets::secretsOf(const storage::StorageAddress& address) const
{
    const std::string id = storage::replicaId(address);
    std::optional<storage::Secrets> given;
    std::optional<Error> untold;
    {
        std::unique_lock lock(m_mutex);
        m_loaded.wait_for(lock, kPatience, [&] { return !m_loading.contains(id); });
        given = foundIn(m_tried, id);
        given = given ? given : foundIn(m_used, id);
        untold = given ? std::nullopt : foundIn(m_untold, id);
    }
    auto secrets = storage::withNext(given.value_or(storage::Secrets()), m_next, address);
    if (untold && needsSome(address) && secrets.ok() && !storage::hasKeys(secrets.value())) {
        untold->code = ErrorCode::Credentials;
        return *std::move(untold);
    }
    return secrets;
}

}  // namespace tidemark::app
