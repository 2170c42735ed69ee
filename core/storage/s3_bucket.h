#pragma once

#include "core/base/result.h"
#include "core/storage/secrets.h"
#include "core/storage/storage_address.h"

#include <cstddef>
#include <map>
#include <string>

namespace tidemark::storage {

/// All that one bucket takes, from an address and its secrets. A plain value.
struct S3Bucket {
    std::string place = {};  ///< As people write it, for sentences.
    /// "https://host[:port]", and a path where a service has one. "%r" stands for the region in one
    /// that follows from it.
    std::string endpoint = {};
    std::string bucket = {};
    std::string prefix = {};  ///< Of all keys: empty, or with a '/' at its end.
    std::string region = {};
    bool isRegionSaid = false;  ///< Else the service may correct it.
    bool pathStyle = false;
    std::size_t partBytes = 0;   ///< Of a body that is larger than one.
    bool partsAreEqual = false;  ///< The service takes no larger part behind smaller ones.
    std::size_t uploadsAtOnce = 1;
    std::string storageClass = {};                    ///< Empty: the bucket's own.
    std::map<std::string, std::string> writing = {};  ///< Headers of encryption that a write has.
    std::map<std::string, std::string> customerKey = {};  ///< Those that reads have as well.
    std::string caFile = {};
    Secrets secrets = {};

    [[nodiscard]] std::string endpointOf(const std::string& inRegion) const;
    /// Scheme, host and port for requests: the bucket is in the host or will be in the path.
    [[nodiscard]] std::string origin(const std::string& inRegion) const;
    /// "host[:port]" without a port that goes without saying, as it is signed.
    [[nodiscard]] std::string host(const std::string& inRegion) const;
    /// The escaped path of a key, or of the bucket itself when it is empty.
    [[nodiscard]] std::string pathOf(const std::string& key) const;
};

/// Options: endpoint, region, force-path-style, provider, sse ("AES256", "aws:kms", "customer"),
/// sse-kms-key-id, storage-class, part-size (MiB), ca. Credentials where no key is known; Usage for
/// an option that says nothing sensible, and for a key of encryption that would cross a network
/// unencrypted.
[[nodiscard]] Result<S3Bucket> s3Bucket(const StorageAddress& address, Secrets secrets);

}  // namespace tidemark::storage
