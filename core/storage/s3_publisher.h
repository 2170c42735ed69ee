#pragma once

#include "core/storage/s3_client.h"
#include "core/storage/s3_staged.h"

#include <atomic>
#include <stop_token>

namespace tidemark::storage {

/// Makes staged objects appear, and learns meanwhile whether the service refuses a second object of
/// one name: `If-None-Match: *` is tried out with the first object that is written. Any thread may
/// call it, several at once.
class S3Publisher {
public:
    /// `client` outlives it.
    explicit S3Publisher(S3Client& client) : m_client(client) {}

    /// False where an object of that key is there already, which is not touched; also where nobody
    /// knows whether it is our own, whose answer was lost.
    [[nodiscard]] Result<bool> appear(S3Staged& staged, const std::stop_token& stop);

    /// Whether the service cannot refuse, so that a look for the name has to do.
    [[nodiscard]] bool onlyLooksFirst() const { return m_conditions == Conditions::Ignored; }

private:
    /// Whether the service keeps a name from being written twice.
    enum class Conditions { Unknown, Honoured, Ignored };

    [[nodiscard]] Result<bool> isTaken(const S3Staged& staged, const std::stop_token& stop);
    [[nodiscard]] Result<net::HttpResponse> publish(S3Staged& staged, const std::stop_token& stop);
    [[nodiscard]] Result<bool> afterSilence(const S3Staged& staged, Error failure,
                                            const std::stop_token& stop);
    void tryConditions(S3Staged& staged, const std::stop_token& stop);
    void learn(Conditions conditions);

    S3Client& m_client;
    std::atomic<Conditions> m_conditions{Conditions::Unknown};
};

}  // namespace tidemark::storage
