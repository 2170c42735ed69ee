#include "core/storage/azure_account.h"

#include "core/base/hash.h"
#include "core/storage/address_text.h"
#include "core/storage/azure_values.h"

#include <algorithm>
#include <string_view>

namespace tidemark::storage {
namespace {

constexpr std::string_view kPlainInToken = "-._~%=&:+/,";

bool isPlain(char letter, std::string_view more)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z') || more.find(letter) != std::string_view::npos;
}

Error badEndpoint(const std::string& place)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The option \"endpoint\" of %1 names no server."),
                     {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Write it as https://HOST, or http://127.0.0.1:10000/ACCOUNT "
                                   "for Azurite.")}};
}

Status takeEndpoint(AzureAccount& account, std::string_view endpoint)
{
    const std::string_view scheme = schemeOf(endpoint);
    const bool fits =
        std::ranges::all_of(endpoint, [](char letter) { return isPlain(letter, "-._~:/[]"); });
    if ((scheme != "http" && scheme != "https") || !fits) {
        return badEndpoint(account.place);
    }
    while (endpoint.ends_with('/')) {
        endpoint.remove_suffix(1);
    }
    const auto host = scheme.size() + 3;
    const auto slash = std::min(endpoint.find('/', host), endpoint.size());
    if (host >= slash) {
        return badEndpoint(account.place);
    }
    account.server = endpoint.substr(0, slash);
    account.basePath = endpoint.substr(slash);
    account.isOwnServer = true;
    return {};
}

Status takeToken(AzureAccount& account, const Secret& token)
{
    const std::string& text = token.reveal();
    const bool fits =
        std::ranges::all_of(text, [](char letter) { return isPlain(letter, kPlainInToken); });
    if (!fits || ("&" + text).find("&sig=") == std::string::npos) {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "The SAS token of %1 is none."), {account.place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Copy all of it, from \"sv=\" or \"sp=\" to the end "
                                   "of its signature.")}};
    }
    if (!isPrivateServer(account.server)) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("storage",
                                            "The SAS token of %1 would go over the network for "
                                            "all to read."),
                              {account.place}},
                     .next = {TIDEMARK_TEXT("storage", "Use an endpoint with https://.")}};
    }
    account.sasToken = token;
    return {};
}

Status takeKey(AzureAccount& account, const Secret& key)
{
    const auto bytes = fromBase64(key.reveal());
    if (!bytes || bytes->empty()) {
        return Error{
            .code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "The account key of %1 is none: it is no Base64."),
                     {account.place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Copy all of it from \"Access keys\" of the storage account; "
                                   "it ends with \"==\".")}};
    }
    account.key = Secret(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    return {};
}

Error noSecret(const std::string& place)
{
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "No key is known for %1."), {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or store "
                                   "one of them in the keychain.")}};
}

}  // namespace

Result<AzureAccount> azureAccount(const StorageAddress& address, const Secrets& secrets)
{
    AzureAccount account{.name = address.user,
                         .container = address.host,
                         .root = address.path.empty() ? "" : address.path + '/',
                         .server = "https://" + address.user + ".blob.core.windows.net",
                         .caFile = optionOf(address, "ca"),
                         .place = describeAddress(address)};
    if (!address.path.empty() && !isBlobName(address.path)) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "Azure does not keep the path of %1 as it is."),
                     {account.place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Take one whose parts do not end with a dot, without "
                                   "\"\\\" and \"//\".")}};
    }
    if (const std::string endpoint = optionOf(address, "endpoint"); !endpoint.empty()) {
        TIDEMARK_TRY_STATUS(takeEndpoint(account, endpoint));
    } else if (!std::ranges::all_of(address.user,
                                    [](char letter) { return isPlain(letter, "-"); })) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "\"%1\" is no storage account."), {address.user}},
            .next = {TIDEMARK_TEXT("storage", "Its name has small letters and digits alone.")}};
    }
    if (!secrets.sasToken.empty()) {
        TIDEMARK_TRY_STATUS(takeToken(account, secrets.sasToken));
    } else if (!secrets.accountKey.empty()) {
        TIDEMARK_TRY_STATUS(takeKey(account, secrets.accountKey));
    } else {
        return noSecret(account.place);
    }
    return account;
}

}  // namespace tidemark::storage
