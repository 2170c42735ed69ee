#include "core/storage/ssh_key_file.h"

#include "core/base/small_file.h"
#include "core/storage/ssh_wire.h"

#include <algorithm>
#include <cstdint>

namespace tidemark::storage {
namespace {

// The longest RSA key is a tenth of it.
constexpr std::uint64_t kMaxKeyBytes = 64 << 10;

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kOpenSsh = "OPENSSH PRIVATE KEY-----";
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};

std::string_view algorithmOf(std::string_view pemTitle)
{
    return pemTitle.starts_with("RSA ") ? "ssh-rsa" : "";
}

/// Fills what stands unencrypted at the front: cipher, key derivation, the public key.
bool readHead(SshKeyFile& key, std::string_view body)
{
    std::string base64;
    std::ranges::copy_if(body.substr(0, body.find('-')), std::back_inserter(base64),
                         [](char each) { return each != '\n' && each != '\r' && each != ' '; });
    const auto bytes = fromBase64(base64);
    if (!bytes || !bytes->starts_with(kMagic)) {
        return false;
    }
    WireReader reader(std::string_view(*bytes).substr(kMagic.size()));
    const auto cipher = reader.string();
    const auto derivation = reader.string();
    const auto options = reader.string();
    const auto count = reader.number();
    const auto publicKey = reader.string();
    if (!cipher || !derivation || !options || !count || !publicKey) {
        return false;
    }
    key.isEncrypted = *cipher != "none";
    key.publicKey = *publicKey;
    key.algorithm = WireReader(*publicKey).string().value_or("");
    return true;
}

}  // namespace

std::optional<SshKeyFile> parseKeyFile(std::string path, std::string_view text)
{
    SshKeyFile key{.path = std::move(path), .text = Secret(std::string(text))};
    const std::size_t begin = text.find(kBegin);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view title = text.substr(begin + kBegin.size());
    if (title.starts_with(kOpenSsh)) {
        return readHead(key, title.substr(kOpenSsh.size())) ? std::optional(std::move(key))
                                                            : std::nullopt;
    }
    if (title.substr(0, title.find('\n')).find("PRIVATE KEY") == std::string_view::npos) {
        return std::nullopt;
    }
    key.algorithm = algorithmOf(title);
    key.isEncrypted = title.starts_with("ENCRYPTED ") ||
                      title.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
    return key;
}

Result<std::optional<SshKeyFile>> readKeyFile(FileSystem& files, const std::string& path)
{
    auto read = readSmallFile(files, path, kMaxKeyBytes);
    std::optional<SshKeyFile> key;
    if (read.ok() || read.error().code != ErrorCode::Damaged) {
        TIDEMARK_TRY(auto text, std::move(read));
        if (!text) {
            return std::optional<SshKeyFile>();
        }
        key = parseKeyFile(path, *text);
        static_cast<void>(Secret(*std::move(text)));  // Overwrites it.
    }
    if (!key) {
        return Error{.code = ErrorCode::Credentials,
                     .what = {TIDEMARK_TEXT("storage", "%1 holds no private key."), {path}},
                     .next = {TIDEMARK_TEXT("storage",
                                            "Name the file that was made without .pub at its "
                                            "end.")}};
    }
    return key;
}

}  // namespace tidemark::storage
