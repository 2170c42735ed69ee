#include "core/storage/azure_signature.h"

#include "core/base/hash.h"
#include "core/storage/address_text.h"

#include <array>
#include <span>

namespace tidemark::storage {
namespace {

constexpr std::string_view kPlain = "-._~";
constexpr std::string_view kPlainInName = "-._~/";

/// In their order; content-length stands third and is no header of a request yet.
constexpr std::array<std::string_view, 2> kBeforeLength{"content-encoding", "content-language"};
constexpr std::array<std::string_view, 8> kBehindLength{
    "content-md5",   "content-type",        "date", "if-modified-since", "if-match",
    "if-none-match", "if-unmodified-since", "range"};

std::string valueOf(const AzureRequest& request, std::string_view name)
{
    const auto found = request.headers.find(std::string(name));
    return (found == request.headers.end() ? std::string() : found->second) + '\n';
}

}  // namespace

std::string azureEscaped(std::string_view text, bool isPath)
{
    return escaped(text, isPath ? kPlainInName : kPlain);
}

std::string azureQuery(const std::map<std::string, std::string>& query)
{
    std::string text;
    for (const auto& [name, value] : query) {
        text += (text.empty() ? "" : "&") + azureEscaped(name, false) + '=' +
                azureEscaped(value, false);
    }
    return text;
}

std::string azureStringToSign(const AzureRequest& request, const std::string& account)
{
    std::string text = request.method + '\n';
    for (const std::string_view name : kBeforeLength) {
        text += valueOf(request, name);
    }
    // A length of zero is signed as if it were not sent.
    text += (request.bodyBytes == 0 ? "" : std::to_string(request.bodyBytes)) + '\n';
    for (const std::string_view name : kBehindLength) {
        text += valueOf(request, name);
    }
    for (const auto& [name, value] : request.headers) {
        if (name.starts_with("x-ms-")) {
            text += name + ':' + value + '\n';
        }
    }
    text += '/' + account + request.path;
    for (const auto& [name, value] : request.query) {
        text += '\n' + name + ':' + value;
    }
    return text;
}

std::string azureAuthorization(const AzureRequest& request, const std::string& account,
                               const Secret& key)
{
    const std::string& bytes = key.reveal();
    const Sha256 signature = hmacSha256(std::as_bytes(std::span(bytes.data(), bytes.size())),
                                        azureStringToSign(request, account));
    return "SharedKey " + account + ':' + base64(signature);
}

}  // namespace tidemark::storage
