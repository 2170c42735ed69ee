#include "core/storage/known_secrets.h"

#include <algorithm>
#include <string_view>

namespace tidemark::storage {
namespace {

/// Whether `address` is `place`, or lies below it on the same server.
bool isWithin(const StorageAddress& address, const StorageAddress& place)
{
    if (address.kind != place.kind || address.host != place.host || address.user != place.user ||
        address.port != place.port || address.secure != place.secure ||
        placeOptions(address) != placeOptions(place)) {
        return false;
    }
    const std::string_view path = address.path;
    return path == place.path || place.path.empty() || place.path == "/" ||
           (path.starts_with(place.path) && path[place.path.size()] == '/');
}

}  // namespace

bool hasKeys(const Secrets& secrets)
{
    return !secrets.accessKeyId.empty() || !secrets.accountKey.empty() ||
           !secrets.sasToken.empty() || !secrets.password.empty() || !secrets.passphrase.empty() ||
           !secrets.keyFile.empty();
}

Result<Secrets> withNext(Secrets given, const SecretSource& next, const StorageAddress& address)
{
    if (hasKeys(given)) {
        return given;
    }
    TIDEMARK_TRY(Secrets secrets, next.secretsOf(address));
    if (!given.customerKey.empty()) {
        // It encrypts, and goes with whatever key opens the bucket.
        secrets.customerKey = std::move(given.customerKey);
    }
    return secrets;
}

void KnownSecrets::add(const StorageAddress& address, Secrets secrets)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_known, [&](const auto& each) { return each.first == address; });
    m_known.emplace_back(address, std::move(secrets));
}

Result<Secrets> KnownSecrets::secretsOf(const StorageAddress& address) const
{
    std::optional<Secrets> known;
    {
        const std::scoped_lock lock(m_mutex);
        // Of several that fit the one that says most of the place.
        std::size_t length = 0;
        for (const auto& [place, secrets] : m_known) {
            if (isWithin(address, place) && (!known || place.path.size() >= length)) {
                known = secrets;
                length = place.path.size();
            }
        }
    }
    return withNext(std::move(known).value_or(Secrets()), m_next, address);
}

}  // namespace tidemark::storage
