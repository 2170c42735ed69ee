#include "core/storage/aws_signature.h"

#include "core/base/hash.h"
#include "core/storage/address_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace tidemark::storage {
namespace {

constexpr std::string_view kPlain = "-._~";
constexpr std::string_view kPlainInKey = "-._~/";
constexpr std::string_view kService = "s3";

std::string scopeOf(const std::string& day, const std::string& region)
{
    return day + '/' + region + '/' + std::string(kService) + "/aws4_request";
}

Sha256 signingKey(const Secret& secret, const std::string& day, const std::string& region)
{
    const std::string first = "AWS4" + secret.reveal();
    Sha256 key = hmacSha256(std::as_bytes(std::span(first.data(), first.size())), day);
    key = hmacSha256(key, region);
    key = hmacSha256(key, kService);
    return hmacSha256(key, "aws4_request");
}

}  // namespace

std::string awsEscaped(std::string_view text, bool isPath)
{
    return escaped(text, isPath ? kPlainInKey : kPlain);
}

std::string awsQuery(Query query)
{
    for (auto& [name, value] : query) {
        name = awsEscaped(name, false);
        value = awsEscaped(value, false);
    }
    std::ranges::sort(query);
    std::string text;
    for (const auto& [name, value] : query) {
        text += (text.empty() ? "" : "&") + name + '=' + value;
    }
    return text;
}

std::string awsTime(Timestamp time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto day = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(seconds - day);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::map<std::string, std::string> signedHeaders(const SignedRequest& request,
                                                 const Secrets& secrets, const std::string& region,
                                                 Timestamp now)
{
    const std::string time = awsTime(now);
    const std::string day = time.substr(0, time.find('T'));
    std::map<std::string, std::string> headers = request.headers;
    headers["x-amz-date"] = time;
    headers["x-amz-content-sha256"] = request.payloadHash;
    if (!secrets.sessionToken.empty()) {
        headers["x-amz-security-token"] = secrets.sessionToken.reveal();
    }
    std::string names;
    std::string canonical =
        request.method + '\n' + request.path + '\n' + awsQuery(request.query) + '\n';
    for (const auto& [name, value] : headers) {
        canonical += name + ':' + value + '\n';
        names += (names.empty() ? "" : ";") + name;
    }
    canonical += '\n' + names + '\n' + request.payloadHash;
    const std::string toSign = "AWS4-HMAC-SHA256\n" + time + '\n' + scopeOf(day, region) + '\n' +
                               hex(std::span<const std::byte>(sha256(canonical)));
    const Sha256 key = signingKey(secrets.secretAccessKey, day, region);
    headers["authorization"] = "AWS4-HMAC-SHA256 Credential=" + secrets.accessKeyId.reveal() + '/' +
                               scopeOf(day, region) + ", SignedHeaders=" + names + ", Signature=" +
                               hex(std::span<const std::byte>(hmacSha256(key, toSign)));
    return headers;
}

}  // namespace tidemark::storage
