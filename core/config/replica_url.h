#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/config/replica_keys.h"
#include "core/storage/address_text.h"

#include <map>
#include <string>

namespace tidemark::config {

/// The URL of a replica in a litestream.yml, its secrets apart from the rest.
struct ReplicaUrl {
    YmlNode where;
    std::string scheme = {};           ///< In small letters: "s3".
    storage::AddressParts parts = {};  ///< The options' keys in small letters: "part-size" for
                                       ///< "partSize" as well.
    Secret password = {};
    Secret customerKey = {};  ///< The option sseCustomerKey.

    /// Takes an option out; empty when it is not there.
    [[nodiscard]] std::string take(const std::string& key);
};

/// Reads what stands at `where`, an address with "://" in it. A password in it is taken, with a
/// notice: in a file of the person's own it is where Litestream has it. Usage for what cannot be
/// read, and for options that hold another secret; neither is ever repeated.
[[nodiscard]] Result<ReplicaUrl> readReplicaUrl(const ReplicaKeys& keys, const YmlNode& where);

/// Notes the options that are left in it.
void noteOptions(const ReplicaKeys& keys, const ReplicaUrl& url);

/// Without "." and ".." parts, and without '/' at its ends.
[[nodiscard]] std::string innerPath(const std::string& path);

/// "scheme://host:port/path", read as a URL: Usage, with `key` named, for what is no such thing or
/// holds more than that.
[[nodiscard]] Result<storage::AddressParts> serverAt(const YmlNode& where, const std::string& key,
                                                     const std::string& text);

}  // namespace tidemark::config
