#include "core/storage/s3_bucket.h"

#include "core/base/hash.h"
#include "core/storage/address_text.h"
#include "core/storage/aws_signature.h"
#include "core/storage/s3_providers.h"

#include <charconv>
#include <span>
#include <string_view>

namespace tidemark::storage {
namespace {

constexpr int kMibShift = 20;
constexpr std::size_t kDefaultPartMib = 8;
/// Of the protocol: a part that is not the last one has 5 MiB at least, and 5 GiB at most. More
/// than this is held in memory several times.
constexpr std::size_t kMinPartMib = 5;
constexpr std::size_t kMaxPartMib = 64;
constexpr std::size_t kCustomerKeyBytes = 32;
constexpr std::string_view kRegionPlace = "%r";

Error badOption(const std::string& key, const std::string& value, Message next)
{
    return {.code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("storage", "The option %1 of an S3 address cannot be \"%2\"."),
                     {key, value}},
            .next = std::move(next)};
}

/// "https://host[:port][/path]" of what people write; empty for what is none.
std::string tidyEndpoint(std::string text)
{
    if (text.find("://") == std::string::npos) {
        text.insert(0, isPrivateServer("http://" + text) ? "http://" : "https://");
    }
    while (text.ends_with('/')) {
        text.pop_back();
    }
    // As it goes without saying, it is not signed.
    const std::string_view usual = text.starts_with("https://") ? ":443" : ":80";
    if (text.ends_with(usual)) {
        text.resize(text.size() - usual.size());
    }
    const bool fits = text.starts_with("http://") || text.starts_with("https://");
    const auto host = text.find("://") + 3;
    return fits && host < text.size() && text.find_first_of("@?# ", host) == std::string::npos
               ? text
               : std::string();
}

/// What an address lacks of those of its provider, or that there is no such provider.
Error badProvider(const std::string& provider, const std::string& endpoint,
                  const std::string& region)
{
    if (placeOfProvider(provider, "https://host", region)) {
        const bool needsRegion = placeOfProvider(provider, endpoint, "region").has_value();
        const Message what =
            needsRegion
                ? Message{TIDEMARK_TEXT("storage", "provider=%1 needs a region."), {provider}}
                : Message{TIDEMARK_TEXT("storage", "provider=%1 needs an endpoint."), {provider}};
        const Message next =
            needsRegion ? Message{TIDEMARK_TEXT("storage", "Add its region: &region=REGION.")}
                        : Message{TIDEMARK_TEXT("storage",
                                                "Add the endpoint of your account there: "
                                                "&endpoint=https://HOST.")};
        return {.code = ErrorCode::Usage, .what = what, .next = next};
    }
    return badOption("provider", provider,
                     {TIDEMARK_TEXT("storage",
                                    "Leave it out, and give the endpoint and the region: "
                                    "?endpoint=https://HOST&region=REGION.")});
}

Status setPlace(S3Bucket& bucket, const StorageAddress& address)
{
    std::string endpoint = optionOf(address, "endpoint");
    if (!endpoint.empty()) {
        const std::string tidy = tidyEndpoint(endpoint);
        if (tidy.empty()) {
            return badOption(
                "endpoint", endpoint,
                {TIDEMARK_TEXT("storage", "Write it as https://HOST or https://HOST:PORT.")});
        }
        endpoint = tidy;
    }
    std::string region = optionOf(address, "region");
    bucket.isRegionSaid = !region.empty();
    if (region.empty()) {
        region = bucket.secrets.region;
    }
    std::string provider = optionOf(address, "provider");
    if (provider.empty()) {
        provider = endpoint.empty() ? "aws" : std::string(providerOf(endpoint));
    }
    if (provider.empty()) {
        // Somebody's own server: names of buckets are rarely hosts there.
        bucket.endpoint = endpoint;
        bucket.region = region.empty() ? "us-east-1" : region;
        bucket.pathStyle = true;
        return {};
    }
    const auto place = placeOfProvider(provider, endpoint, region);
    if (!place) {
        return badProvider(provider, endpoint, region);
    }
    bucket.endpoint = place->endpoint;
    bucket.region = place->region.empty() ? "us-east-1" : place->region;
    if (endpoint.empty() && !bucket.isRegionSaid) {
        // A bucket that turns out to be in another region is reached by another host.
        const std::string part = '.' + bucket.region + '.';
        if (const auto at = bucket.endpoint.find(part); at != std::string::npos) {
            bucket.endpoint.replace(at + 1, bucket.region.size(), kRegionPlace);
        }
    }
    // A certificate for *.host stands for one label in front of the host.
    bucket.pathStyle = place->pathStyle || bucket.bucket.find('.') != std::string::npos;
    bucket.uploadsAtOnce = uploadsAtOnce(provider);
    bucket.partsAreEqual = provider == "r2";
    return {};
}

Status setParts(S3Bucket& bucket, const StorageAddress& address)
{
    const std::string text = optionOf(address, "part-size");
    std::size_t mib = kDefaultPartMib;
    if (!text.empty()) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), mib);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size() || mib < kMinPartMib ||
            mib > kMaxPartMib) {
            return badOption("part-size", text,
                             {TIDEMARK_TEXT("storage", "Write a number of MiB from 5 to 64.")});
        }
    }
    bucket.partBytes = mib << kMibShift;
    return {};
}

Status setCustomerKey(S3Bucket& bucket)
{
    const auto key = fromBase64(bucket.secrets.customerKey.reveal());
    const auto sum = key ? md5(*key) : std::nullopt;
    if (!key || key->size() != kCustomerKeyBytes || !sum) {
        return Error{.code = ErrorCode::Credentials,
                     .what = {TIDEMARK_TEXT("storage",
                                            "The key for the encryption of %1 is missing, or is no "
                                            "32 bytes in Base64."),
                              {bucket.place}},
                     .next = {TIDEMARK_TEXT("storage", "Give it by TIDEMARK_S3_CUSTOMER_KEY.")}};
    }
    if (!isPrivateServer(bucket.origin(bucket.region))) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("storage",
                                            "The key for the encryption of %1 would go over the "
                                            "network for all to read."),
                              {bucket.place}},
                     .next = {TIDEMARK_TEXT("storage", "Use an endpoint with https://.")}};
    }
    const std::string head = "x-amz-server-side-encryption-customer-";
    bucket.customerKey = {{head + "algorithm", "AES256"},
                          {head + "key", bucket.secrets.customerKey.reveal()},
                          {head + "key-md5", base64(std::span<const std::byte>(*sum))}};
    return {};
}

Status setEncryption(S3Bucket& bucket, const StorageAddress& address)
{
    const std::string sse = optionOf(address, "sse");
    const std::string kmsKey = optionOf(address, "sse-kms-key-id");
    if (sse == "customer") {
        return setCustomerKey(bucket);
    }
    if (!sse.empty() && sse != "AES256" && sse != "aws:kms") {
        return badOption("sse", sse,
                         {TIDEMARK_TEXT("storage", "Write AES256, aws:kms or customer.")});
    }
    if (!sse.empty()) {
        bucket.writing["x-amz-server-side-encryption"] = sse;
    }
    if (!kmsKey.empty()) {
        bucket.writing["x-amz-server-side-encryption"] = "aws:kms";
        bucket.writing["x-amz-server-side-encryption-aws-kms-key-id"] = kmsKey;
    }
    return {};
}

}  // namespace

std::string S3Bucket::endpointOf(const std::string& inRegion) const
{
    std::string text = endpoint;
    if (const auto at = text.find(kRegionPlace); at != std::string::npos) {
        text.replace(at, kRegionPlace.size(), inRegion);
    }
    return text;
}

std::string S3Bucket::origin(const std::string& inRegion) const
{
    const std::string whole = endpointOf(inRegion);
    const auto scheme = whole.find("://") + 3;
    const std::string server = whole.substr(0, whole.find('/', scheme));
    return pathStyle ? server : server.substr(0, scheme) + bucket + '.' + server.substr(scheme);
}

std::string S3Bucket::host(const std::string& inRegion) const
{
    const std::string whole = origin(inRegion);
    std::string name = whole.substr(whole.find("://") + 3);
    const std::string_view usual = whole.starts_with("https") ? ":443" : ":80";
    if (name.ends_with(usual)) {
        name.resize(name.size() - usual.size());
    }
    return name;
}

std::string S3Bucket::pathOf(const std::string& key) const
{
    const auto base = endpoint.find('/', endpoint.find("://") + 3);
    std::string path = base == std::string::npos ? std::string() : endpoint.substr(base);
    if (pathStyle) {
        path += '/' + awsEscaped(bucket, true);
    }
    return key.empty() && !path.empty() ? path : path + '/' + awsEscaped(key, true);
}

Result<S3Bucket> s3Bucket(const StorageAddress& address, Secrets secrets)
{
    S3Bucket bucket{.place = describeAddress(address),
                    .bucket = address.host,
                    .prefix = address.path.empty() ? "" : address.path + '/',
                    .uploadsAtOnce = uploadsAtOnce(""),
                    .storageClass = optionOf(address, "storage-class"),
                    .caFile = optionOf(address, "ca"),
                    .secrets = std::move(secrets)};
    if (bucket.secrets.accessKeyId.empty() || bucket.secrets.secretAccessKey.empty()) {
        return Error{.code = ErrorCode::Credentials,
                     .what = {TIDEMARK_TEXT("storage", "No key is known for %1."), {bucket.place}},
                     .next = {TIDEMARK_TEXT("storage",
                                            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a "
                                            "profile with AWS_PROFILE.")}};
    }
    TIDEMARK_TRY_STATUS(setPlace(bucket, address));
    TIDEMARK_TRY_STATUS(setParts(bucket, address));
    const std::string style = optionOf(address, "force-path-style");
    if (!style.empty() && style != "true" && style != "false") {
        return badOption("force-path-style", style,
                         {TIDEMARK_TEXT("storage", "Write true or false.")});
    }
    bucket.pathStyle = style.empty() ? bucket.pathStyle : style == "true";
    TIDEMARK_TRY_STATUS(setEncryption(bucket, address));
    return bucket;
}

}  // namespace tidemark::storage
