#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// What a known_hosts file says of one host; no file is touched here. The format is that of
/// sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: patterns with '*', '?' and '!', hashed names, and
/// "[host]:port" for ports other than 22.

enum class HostKeyMark {
    None,
    Revoked,    ///< "@revoked": never to be trusted again.
    Authority,  ///< "@cert-authority": signs certificates of hosts, which libssh2 does not know.
};

/// One line of a file that is about the host.
struct KnownKey {
    HostKeyMark mark = HostKeyMark::None;
    std::string algorithm = {};  ///< "ssh-ed25519".
    std::string key = {};        ///< The blob.
    std::string file = {};
    int line = 0;

    bool operator==(const KnownKey&) const = default;
};

/// "example.com", or "[example.com]:2222" where the port is another one than 22.
[[nodiscard]] std::string knownHostName(std::string_view host, int port);

/// Whether `text` is a known_hosts file at all, and not just any bytes.
[[nodiscard]] bool looksLikeKnownHosts(std::string_view text);

/// The lines about `name`, which is one of knownHostName(), in the order of the file. What cannot
/// be understood is passed over, as OpenSSH does.
[[nodiscard]] std::vector<KnownKey> keysKnownOf(std::string_view name, std::string_view text,
                                                const std::string& file);

enum class HostVerdict {
    Trusted,
    Unknown,  ///< Nothing is known of the host, or nothing that can be compared.
    Changed,  ///< Another key is known.
    Revoked,
};

struct HostJudgement {
    HostVerdict verdict = HostVerdict::Unknown;
    KnownKey line = {};  ///< That which decided. Unknown: one that cannot be compared, or none.
};

/// What `known` says of the key that a server has shown. A key of another algorithm is another key,
/// too: whoever stands between may choose one that nobody knows. But an RSA key that is known
/// cannot be asked for where servers have given up SHA-1, and proves nothing then.
[[nodiscard]] HostJudgement judge(const std::vector<KnownKey>& known, std::string_view algorithm,
                                  std::string_view key);

/// A line for a file of ours.
[[nodiscard]] std::string knownHostLine(std::string_view name, std::string_view algorithm,
                                        std::string_view key);

}  // namespace tidemark::storage
