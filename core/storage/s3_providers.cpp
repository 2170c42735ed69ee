#include "core/storage/s3_providers.h"

#include <algorithm>
#include <array>

namespace tidemark::storage {
namespace {

/// %r stands for the region in hosts.
struct Provider {
    std::string_view name;
    std::string_view host;           ///< Of the endpoint; empty where each customer has an own one.
    std::string_view recognised;     ///< What an endpoint's host ends with.
    std::string_view defaultRegion;  ///< Empty where it has to be said.
    bool pathStyle = false;
    std::size_t uploadsAtOnce = 8;
};

constexpr std::array<Provider, 14> kProviders{{
    {"aws", "s3.%r.amazonaws.com", ".amazonaws.com", "us-east-1"},
    {"r2", "", ".r2.cloudflarestorage.com", "auto", true, 2},
    {"b2", "s3.%r.backblazeb2.com", ".backblazeb2.com", "", true},
    {"minio", "", "", "us-east-1", true},
    {"digitalocean", "%r.digitaloceanspaces.com", ".digitaloceanspaces.com", ""},
    {"wasabi", "s3.%r.wasabisys.com", ".wasabisys.com", "us-east-1"},
    {"tigris", "fly.storage.tigris.dev", ".tigris.dev", "auto"},
    {"hetzner", "%r.your-objectstorage.com", ".your-objectstorage.com", ""},
    {"scaleway", "s3.%r.scw.cloud", ".scw.cloud", ""},
    {"google", "storage.googleapis.com", "storage.googleapis.com", "auto", true},
    {"supabase", "", ".supabase.co", "us-east-1", true},
    {"alibaba", "oss-%r.aliyuncs.com", ".aliyuncs.com", ""},
    {"filebase", "s3.filebase.com", "s3.filebase.com", "us-east-1", true},
    {"linode", "%r.linodeobjects.com", ".linodeobjects.com", ""},
}};

const Provider* providerNamed(std::string_view name)
{
    const auto found = std::ranges::find(kProviders, name, &Provider::name);
    return found == kProviders.end() ? nullptr : &*found;
}

std::string withRegion(std::string_view host, const std::string& region)
{
    std::string text(host);
    if (const auto place = text.find("%r"); place != std::string::npos) {
        text.replace(place, 2, region);
    }
    return text;
}

/// The region in a host that is made as `pattern`, "s3.%r.backblazeb2.com"; empty when it is not.
std::string regionIn(std::string_view host, std::string_view pattern)
{
    const auto place = pattern.find("%r");
    if (place == std::string_view::npos) {
        return {};
    }
    const std::string_view front = pattern.substr(0, place);
    const std::string_view back = pattern.substr(place + 2);
    if (host.size() <= front.size() + back.size() || !host.starts_with(front) ||
        !host.ends_with(back)) {
        return {};
    }
    const std::string_view region =
        host.substr(front.size(), host.size() - front.size() - back.size());
    return region.find('.') == std::string_view::npos ? std::string(region) : std::string();
}

/// "bucket" of "bucket.host"; the host is what is left.
std::string takeBucket(std::string_view& host, std::size_t hostLabels)
{
    std::size_t start = host.size();
    for (std::size_t i = 0; i < hostLabels && start > 0; ++i) {
        const auto dot = host.rfind('.', start - 1);
        start = dot == std::string_view::npos ? 0 : dot;
    }
    const std::string bucket(host.substr(0, start));
    host.remove_prefix(start == 0 ? 0 : start + 1);
    return bucket;
}

std::size_t labels(std::string_view host)
{
    return static_cast<std::size_t>(std::ranges::count(host, '.')) + 1;
}

/// "bucket.server:port", as Litestream takes it: unencrypted, by path.
std::optional<S3Place> placeOfOwnServer(std::string_view host)
{
    const auto dot = host.find('.');
    const std::string_view bucket = host.substr(0, dot);
    // "10.0.0.1:9000" is a server and no bucket on one.
    const bool isNumber =
        std::ranges::all_of(bucket, [](char letter) { return letter >= '0' && letter <= '9'; });
    const bool hasBucket = dot != std::string_view::npos && !isNumber;
    return S3Place{.bucket = hasBucket ? std::string(bucket) : std::string(),
                   .endpoint = "http://" + std::string(hasBucket ? host.substr(dot + 1) : host),
                   .region = "us-east-1",
                   .pathStyle = true};
}

}  // namespace

std::optional<S3Place> placeOfHost(std::string_view host)
{
    if (host.find(':') != std::string_view::npos && host.find(".com") == std::string_view::npos) {
        return placeOfOwnServer(host);
    }
    constexpr std::string_view kAmazonNowhere = ".s3.amazonaws.com";
    if (host.ends_with(kAmazonNowhere)) {
        return S3Place{.bucket = std::string(host.substr(0, host.size() - kAmazonNowhere.size()))};
    }
    for (const Provider& each : kProviders) {
        if (each.host.empty() || each.recognised.empty() || !host.ends_with(each.recognised)) {
            continue;
        }
        std::string_view rest = host;
        std::string bucket = takeBucket(rest, labels(each.host));
        std::string region = regionIn(rest, each.host);
        if (region.empty() && each.host.find("%r") != std::string_view::npos) {
            continue;  // "s3.amazonaws.com" and others that say no region.
        }
        return S3Place{.bucket = std::move(bucket),
                       .endpoint = "https://" + std::string(rest),
                       .region = region.empty() ? std::string(each.defaultRegion) : region,
                       .pathStyle = each.pathStyle};
    }
    return {};
}

std::optional<S3Place> placeOfProvider(std::string_view provider, const std::string& endpoint,
                                       const std::string& region)
{
    const Provider* const known = providerNamed(provider);
    if (known == nullptr) {
        return {};
    }
    S3Place place{.endpoint = endpoint, .region = region, .pathStyle = known->pathStyle};
    if (place.region.empty() && !endpoint.empty()) {
        const auto host = endpoint.find("://");
        place.region =
            regionIn(std::string_view(endpoint).substr(host == std::string::npos ? 0 : host + 3),
                     known->host);
    }
    if (place.region.empty()) {
        place.region = known->defaultRegion;
    }
    if (place.endpoint.empty()) {
        const bool needsRegion = known->host.find("%r") != std::string_view::npos;
        if (known->host.empty() || (needsRegion && place.region.empty())) {
            return {};
        }
        place.endpoint = "https://" + withRegion(known->host, place.region);
    }
    return place;
}

std::string_view providerOf(std::string_view endpoint)
{
    const auto start = endpoint.find("://");
    std::string_view host = endpoint.substr(start == std::string_view::npos ? 0 : start + 3);
    host = host.substr(0, host.find_first_of(":/"));
    for (const Provider& each : kProviders) {
        if (!each.recognised.empty() && host.ends_with(each.recognised)) {
            return each.name;
        }
    }
    return {};
}

std::size_t uploadsAtOnce(std::string_view provider)
{
    const Provider* const known = providerNamed(provider);
    return known == nullptr ? Provider{}.uploadsAtOnce : known->uploadsAtOnce;
}

}  // namespace tidemark::storage
