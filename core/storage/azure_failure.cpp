#include "core/storage/azure_failure.h"

#include "core/base/rfc3339.h"
#include "core/storage/address_text.h"
#include "core/storage/clock_difference.h"
#include "core/storage/http_failure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace tidemark::storage {
namespace {

constexpr std::size_t kMaxCodeLetters = 64;

bool isOneOf(std::string_view code, std::initializer_list<std::string_view> codes)
{
    return std::ranges::find(codes, code) != codes.end();
}

bool isCode(std::string_view text)
{
    return !text.empty() && text.size() <= kMaxCodeLetters &&
           std::ranges::all_of(text, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9');
           });
}

Error clockIsWrong(std::chrono::milliseconds ahead, const std::string& place)
{
    return {.code = ErrorCode::Credentials,
            .what = clockDifference(ahead, place),
            .next = {TIDEMARK_TEXT("storage",
                                   "Azure refuses signatures of another time: set the clock of "
                                   "this computer.")}};
}

/// When a SAS token ends, where it says so itself.
std::optional<Timestamp> endOf(const Secret& token)
{
    const std::string text = '&' + token.reveal();
    const auto start = text.find("&se=");
    if (start == std::string::npos) {
        return {};
    }
    const auto end = text.find('&', start + 1);
    const auto plain = unescaped(std::string_view(text).substr(start + 4, end - start - 4));
    return plain ? parseRfc3339(*plain) : std::nullopt;
}

/// Reasons that can be seen from here.
std::optional<Error> whyRefused(const net::HttpResponse& response, const AzureAccount& account,
                                Timestamp now)
{
    const auto ahead = clockAhead(response, now);
    if (ahead && std::chrono::abs(*ahead) > kMostClockDifference) {
        return clockIsWrong(*ahead, account.place);
    }
    const auto end = endOf(account.sasToken);
    if (!end || *end >= now) {
        return {};
    }
    return Error{.code = ErrorCode::Credentials,
                 .what = {TIDEMARK_TEXT("storage", "The SAS token of %1 ended at %2."),
                          {account.place, formatRfc3339(*end)}},
                 .next = {TIDEMARK_TEXT("storage", "Make a new one.")}};
}

Error refusesKey(const AzureAccount& account)
{
    if (account.sasToken.empty()) {
        return {.code = ErrorCode::Credentials,
                .what = {TIDEMARK_TEXT("storage", "%1 refuses the account key."), {account.place}},
                .next = {TIDEMARK_TEXT("storage",
                                       "Copy it again from \"Access keys\" of the storage account "
                                       "\"%1\": perhaps it was rotated, or is one of another "
                                       "account."),
                         {account.name}}};
    }
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "%1 refuses the SAS token."), {account.place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Make a new one: it is incomplete, not valid yet or any more, "
                                   "for another container, or its key was rotated.")}};
}

Message whatIsForbidden(AzureRight right, const std::string& place)
{
    switch (right) {
    case AzureRight::List:
        return {TIDEMARK_TEXT("storage", "%1 does not permit to list what is there."), {place}};
    case AzureRight::Read:
        return {TIDEMARK_TEXT("storage", "%1 does not permit to read."), {place}};
    case AzureRight::Write:
        return {TIDEMARK_TEXT("storage", "%1 does not permit to write."), {place}};
    case AzureRight::Delete: break;
    }
    return {TIDEMARK_TEXT("storage", "%1 does not permit to delete."), {place}};
}

Error lacksRight(const AzureAccount& account, AzureRight right)
{
    constexpr std::array kPermissions{"sp=l", "sp=r", "sp=cw", "sp=d"};
    const std::string permission = kPermissions.at(static_cast<std::size_t>(right));
    const bool onlyReads = right == AzureRight::List || right == AzureRight::Read;
    const std::string role =
        onlyReads ? "Storage Blob Data Reader" : "Storage Blob Data Contributor";
    return {.code = ErrorCode::Forbidden,
            .what = whatIsForbidden(right, account.place),
            .next = account.sasToken.empty()
                        ? Message{TIDEMARK_TEXT("storage",
                                                "Check the key. If it is right, look whether the "
                                                "firewall of the storage account lets this "
                                                "computer in (\"Networking\"). Whoever signs in by "
                                                "a role needs \"%1\"."),
                                  {role}}
                        : Message{TIDEMARK_TEXT("storage",
                                                "Make a SAS token with %1 (Tidemark needs "
                                                "sp=rcwdl in all), as somebody with the role "
                                                "\"%2\"; or let this computer in at the firewall "
                                                "of the storage account."),
                                  {permission, role}}};
}

Error forbidden(Message what, Message next)
{
    return {.code = ErrorCode::Forbidden, .what = std::move(what), .next = std::move(next)};
}

Error later(Message what, Message next = {TIDEMARK_TEXT("storage", "It is tried again later.")})
{
    return {.code = ErrorCode::Unavailable, .what = std::move(what), .next = std::move(next)};
}

std::optional<Error> whoIsRefused(const net::HttpResponse& response, const std::string& code,
                                  const AzureAccount& account, AzureRight right, Timestamp now)
{
    const std::string& place = account.place;
    if (isOneOf(code, {"AuthenticationFailed", "InvalidAuthenticationInfo",
                       "NoAuthenticationInformation"})) {
        auto reason = whyRefused(response, account, now);
        return reason ? std::move(reason) : refusesKey(account);
    }
    // Azurite says the same of wrong signatures.
    if (code == "AuthorizationFailure") {
        auto reason = whyRefused(response, account, now);
        return reason ? std::move(reason) : lacksRight(account, right);
    }
    if (isOneOf(code, {"AuthorizationPermissionMismatch", "InsufficientAccountPermissions",
                       "UnauthorizedBlobOverwrite"})) {
        return lacksRight(account, right);
    }
    if (isOneOf(code, {"AuthorizationResourceTypeMismatch", "AuthorizationServiceMismatch",
                       "AuthorizationProtocolMismatch", "AuthorizationSourceIPMismatch"})) {
        return forbidden(
            {TIDEMARK_TEXT("storage", "The SAS token does not fit %1 (%2)."), {place, code}},
            {TIDEMARK_TEXT("storage",
                           "Make one for blobs (ss=b), containers and objects "
                           "(srt=co), this computer's address (sip) and this "
                           "protocol (spr).")});
    }
    if (code == "KeyBasedAuthenticationNotPermitted") {
        return forbidden(
            {TIDEMARK_TEXT("storage", "%1 accepts no account keys."), {place}},
            {TIDEMARK_TEXT("storage",
                           "Permit \"storage account key access\" in its configuration, or use a "
                           "SAS token of a user (user delegation).")});
    }
    if (code == "AccountIsDisabled") {
        return forbidden(
            {TIDEMARK_TEXT("storage", "The storage account \"%1\" is disabled."), {account.name}},
            {TIDEMARK_TEXT("storage", "Look at the subscription that pays for it.")});
    }
    return {};
}

std::optional<Error> whatIsInTheWay(const std::string& code, const AzureAccount& account)
{
    const std::string& place = account.place;
    if (isOneOf(code, {"ContainerNotFound", "ResourceNotFound"})) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("storage",
                                            "The storage account \"%1\" has no container \"%2\"."),
                              {account.name, account.container}},
                     .next = {TIDEMARK_TEXT("storage", "Create it, or correct the address.")}};
    }
    if (isOneOf(code, {"ContainerBeingDeleted", "ContainerDisabled"})) {
        return later({TIDEMARK_TEXT("storage", "The container \"%1\" is being deleted."),
                      {account.container}},
                     {TIDEMARK_TEXT("storage", "Create it anew, or take another one.")});
    }
    if (isOneOf(code, {"BlobImmutableDueToPolicy", "LeaseIdMissing"})) {
        return forbidden(
            {TIDEMARK_TEXT("storage", "%1 protects a blob that should be changed (%2)."),
             {place, code}},
            {TIDEMARK_TEXT("storage", "Break its lease, or wait until its policy lets it go.")});
    }
    if (isOneOf(code, {"BlobArchived", "BlobBeingRehydrated"})) {
        return later({TIDEMARK_TEXT("storage", "A blob of %1 lies in the archive tier."), {place}},
                     {TIDEMARK_TEXT("storage",
                                    "Bring it back to the hot or cool tier, which takes hours.")});
    }
    if (code == "ConditionNotMet") {
        return later(
            {TIDEMARK_TEXT("storage", "An object of %1 changed while it was read."), {place}},
            {TIDEMARK_TEXT("storage",
                           "Look whether something else changes this replica, and try "
                           "again.")});
    }
    if (isOneOf(code, {"InvalidBlockList", "InvalidBlobOrBlock", "BlockCountExceedsLimit"})) {
        return later({TIDEMARK_TEXT("storage",
                                    "The parts of an object that %1 has do not fit together "
                                    "(%2)."),
                      {place, code}},
                     {TIDEMARK_TEXT("storage",
                                    "It is sent again. What broken uploads left vanishes by "
                                    "itself within a week.")});
    }
    if (code == "ServerBusy") {
        return later({TIDEMARK_TEXT("storage", "%1 says that it is too busy."), {place}});
    }
    return {};
}

}  // namespace

bool isOfAzure(const net::HttpResponse& response)
{
    return response.headers.contains("x-ms-request-id") ||
           response.headers.contains("x-ms-error-code");
}

std::string azureCode(const net::HttpResponse& response)
{
    std::string code = response.header("x-ms-error-code");
    if (code.empty()) {
        const std::string_view body(reinterpret_cast<const char*>(response.body.data()),
                                    response.body.size());
        constexpr std::string_view kStart = "<Code>";
        const auto start = body.find(kStart);
        if (start != std::string_view::npos) {
            const auto rest = body.substr(start + kStart.size());
            code = rest.substr(0, std::min(rest.find('<'), kMaxCodeLetters + 1));
        }
    }
    return isCode(code) ? code : std::string();
}

Error unlikeAzure(const std::string& place)
{
    return later(
        {TIDEMARK_TEXT("storage", "%1 does not answer as Azure Blob Storage does."), {place}},
        {TIDEMARK_TEXT("storage",
                       "Check the address. Perhaps something on the way answers in its "
                       "place.")});
}

Error azureFailure(const net::HttpResponse& response, const AzureAccount& account, AzureRight right,
                   Timestamp now)
{
    const std::string code = azureCode(response);
    if (auto refused = whoIsRefused(response, code, account, right, now)) {
        return *std::move(refused);
    }
    if (auto inTheWay = whatIsInTheWay(code, account)) {
        return *std::move(inTheWay);
    }
    if (code.empty() || response.status == 429) {
        return httpFailure(response, account.place);
    }
    return later({TIDEMARK_TEXT("storage", "%1 answers with the failure %2 (%3)."),
                  {account.place, std::to_string(response.status), code}});
}

}  // namespace tidemark::storage
