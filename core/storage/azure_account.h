#pragma once

#include "core/base/result.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <string>

namespace tidemark::storage {

/// An account of Azure Blob Storage, one of its containers, and what opens them. A plain value.
struct AzureAccount {
    std::string name = {};
    std::string container = {};
    std::string root = {};      ///< What the names of all blobs start with: "notes/", or empty.
    std::string server = {};    ///< "https://myaccount.blob.core.windows.net".
    std::string basePath = {};  ///< In front of the container: "/devstoreaccount1", or empty.
    bool isOwnServer = false;   ///< Named by the option "endpoint".
    std::string caFile = {};    ///< Empty: the system's authorities alone.
    Secret key = {};            ///< Bytes. Not used where there is a token.
    Secret sasToken = {};       ///< Escaped, as it stands behind '?'.
    std::string place = {};     ///< What people call it, without secrets.
};

/// What address and secrets say together. The token goes before the key, as with Litestream. The
/// option "endpoint" is a server with the path that leads to the account, as Azurite has it:
/// http://127.0.0.1:10000/devstoreaccount1.
///
/// Fails with Credentials for no key and no token, a key that is no Base64, and a token that is
/// none; Usage for an endpoint or a path that cannot be used, and a token that would cross a
/// network unencrypted.
[[nodiscard]] Result<AzureAccount> azureAccount(const StorageAddress& address,
                                                const Secrets& secrets);

}  // namespace tidemark::storage
