#include "app/keychain/secrets_text.h"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <utility>

namespace tidemark::keychain {
namespace {

using nlohmann::json;
using storage::Secrets;

constexpr std::array<std::pair<const char*, Secret Secrets::*>, 8> kSecrets{{
    {"accessKeyId", &Secrets::accessKeyId},
    {"secretAccessKey", &Secrets::secretAccessKey},
    {"sessionToken", &Secrets::sessionToken},
    {"customerKey", &Secrets::customerKey},
    {"accountKey", &Secrets::accountKey},
    {"sasToken", &Secrets::sasToken},
    {"password", &Secrets::password},
    {"passphrase", &Secrets::passphrase},
}};

constexpr std::array<std::pair<const char*, std::string Secrets::*>, 2> kBesides{{
    {"keyFile", &Secrets::keyFile},
    {"region", &Secrets::region},
}};

Error notOurs()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("keychain",
                                   "What the keychain holds for this replica cannot be read.")},
            .next = {TIDEMARK_TEXT("keychain",
                                   "Remove it there, and give the keys of the replica again.")}};
}

}  // namespace

Secret textOf(const Secrets& secrets)
{
    json object = json::object();
    for (const auto& [name, member] : kSecrets) {
        if (!(secrets.*member).empty()) {
            object[name] = (secrets.*member).reveal();
        }
    }
    for (const auto& [name, member] : kBesides) {
        if (!(secrets.*member).empty()) {
            object[name] = secrets.*member;
        }
    }
    // A key file's name may be no UTF-8; such a letter is lost, not the whole.
    return Secret(object.dump(-1, ' ', false, json::error_handler_t::replace));
}

Result<Secrets> secretsIn(const Secret& text)
{
    const json object = json::parse(text.reveal(), nullptr, false);
    if (!object.is_object()) {
        return notOurs();
    }
    const auto valueOf = [&object](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : "";
    };
    Secrets secrets;
    for (const auto& [name, member] : kSecrets) {
        secrets.*member = Secret(valueOf(name));
    }
    for (const auto& [name, member] : kBesides) {
        secrets.*member = valueOf(name);
    }
    return secrets;
}

}  // namespace tidemark::keychain
