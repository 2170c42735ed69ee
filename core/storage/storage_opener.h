#pragma once

#include "core/storage/storage.h"
#include "core/storage/storage_address.h"

#include <memory>

namespace tidemark::storage {

/// Makes the storage that an address names, with all that it needs. Any thread may call it.
class StorageOpener {
public:
    virtual ~StorageOpener() = default;

    /// A storage that the caller owns and that must not outlive the opener. Nothing is reached yet:
    /// what is not there says so on first use. Secrets are looked up here. Fails with Credentials
    /// where a secret that is always needed is not known, and as SecretSource does; Usage where an
    /// option says nothing sensible.
    [[nodiscard]] virtual Result<std::unique_ptr<Storage>> open(
        const StorageAddress& address) const = 0;
};

}  // namespace tidemark::storage
