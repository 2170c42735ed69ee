#pragma once

#include "core/storage/s3_client.h"

#include <atomic>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

/// Removes objects of a bucket, a thousand by one request where the service knows how. Any thread
/// may call it, several at once.
class S3Removal {
public:
    /// `client` outlives it.
    explicit S3Removal(S3Client& client) : m_client(client) {}

    /// Whole keys; one that is not there is fine.
    [[nodiscard]] Status remove(std::span<const std::string> keys, const std::stop_token& stop);

private:
    [[nodiscard]] Status removeSome(std::span<const std::string> keys, const std::stop_token& stop);
    [[nodiscard]] Status removeEach(std::span<const std::string> keys, const std::stop_token& stop);
    [[nodiscard]] Status removeOne(const std::string& key, const std::stop_token& stop);

    S3Client& m_client;
    std::atomic<bool> m_deletesMany{true};  // Else one by one.
};

}  // namespace tidemark::storage
