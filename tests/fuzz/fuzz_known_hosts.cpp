// A known_hosts file: whatever it is, and a line of ours is found again.
#include "core/storage/known_hosts.h"

#include <cstdlib>
#include <string>
#include <string_view>

using namespace tidemark::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string text(reinterpret_cast<const char*>(data), size);
    const std::string name = knownHostName("example.com", 2222);
    static_cast<void>(looksLikeKnownHosts(text));
    for (const KnownKey& each : keysKnownOf(name, text, "file")) {
        static_cast<void>(judge({each}, each.algorithm, each.key));
    }
    if (!text.empty() && text.back() != '\n') {
        text += '\n';
    }
    const std::string key("\0\0\0\x0bssh-ed25519key", 18);
    text += knownHostLine(name, "ssh-ed25519", key);
    for (const KnownKey& each : keysKnownOf(name, text, "file")) {
        if (each.algorithm == "ssh-ed25519" && each.key == key) {
            return 0;
        }
    }
    std::abort();
}
