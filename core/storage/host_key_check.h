#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/storage/known_hosts.h"
#include "core/storage/secrets.h"

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// Whether a server is the one that it was before: looked up in a known_hosts file of the person's
/// and in one of ours, and asked for where neither knows it. For one thread at a time.
class HostKeyCheck {
public:
    struct Parts {
        Clock& clock;
        FileSystem& files;
        Random& random;
        Person& person;
        std::string theirs = {};  ///< Only read.
        std::string ours = {};    ///< Read, and written to; 0600. A lock lies beside it.
    };

    /// What `parts` refers to must outlive it.
    explicit HostKeyCheck(Parts parts) : m_parts(std::move(parts)) {}

    /// What both files say of a host. A file that is missing says nothing; Credentials for one that
    /// is no known_hosts file.
    [[nodiscard]] Result<std::vector<KnownKey>> known(std::string_view host, int port) const;

    /// Nothing, where the key is the known one or the person trusts it, which is then written down.
    /// Else Credentials, also for a key that is another than the known one, or revoked; Cancelled
    /// where the person was stopped at the question. Blocks on the person, and some seconds at most
    /// on others who write down a key: Busy.
    [[nodiscard]] Status check(const std::vector<KnownKey>& known, std::string_view host, int port,
                               std::string_view algorithm, std::string_view key,
                               const std::stop_token& stop);

private:
    [[nodiscard]] Status ask(const HostKey& shown, const KnownKey& uncertain, std::string_view key,
                             const std::stop_token& stop);
    [[nodiscard]] Status remember(const HostKey& trusted, std::string_view key,
                                  const std::stop_token& stop);
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lockOurs(const std::stop_token& stop);

    Parts m_parts;
};

}  // namespace tidemark::storage
