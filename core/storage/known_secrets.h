#pragma once

#include "core/storage/secrets.h"

#include <mutex>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// Whether anything in it opens a storage: an SSE-C key alone opens none.
[[nodiscard]] bool hasKeys(const Secrets& secrets);

/// What was given for `address`, whole, since keys of different origins do not fit together; where
/// it has none, what `next` knows, with an SSE-C key that was given alone.
[[nodiscard]] Result<Secrets> withNext(Secrets given, const SecretSource& next,
                                       const StorageAddress& address);

/// Secrets that somebody gave for certain places, a litestream.yml or a form; for all others `next`
/// is asked. They are kept in memory alone.
class KnownSecrets final : public SecretSource {
public:
    /// `next` outlives it.
    explicit KnownSecrets(const SecretSource& next) : m_next(next) {}

    /// For `address` and all that lies below it; in the place of what was known before.
    void add(const StorageAddress& address, Secrets secrets);

    /// What was added, whole; else what `next` knows, with an SSE-C key that was added alone.
    [[nodiscard]] Result<Secrets> secretsOf(const StorageAddress& address) const override;

private:
    const SecretSource& m_next;
    mutable std::mutex m_mutex;  // Guards m_known.
    std::vector<std::pair<StorageAddress, Secrets>> m_known;
};

}  // namespace tidemark::storage
