#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// What is to be known of a service that speaks S3, so that nobody has to read its manual.
struct S3Place {
    std::string bucket = {};
    std::string endpoint = {};  ///< "https://host[:port]", without a trailing '/'.
    std::string region = {};
    bool pathStyle = false;  ///< The bucket stands in the path, not in front of the host.

    bool operator==(const S3Place&) const = default;
};

/// What Litestream takes for a bucket of some provider in the host part of an s3:// address:
/// "bucket.nyc3.digitaloceanspaces.com", "bucket.minio.local:9000", "bucket.s3.amazonaws.com",
/// which says nothing but the bucket. Empty for a plain bucket.
/// Source: Litestream's documentation of its replica URLs.
[[nodiscard]] std::optional<S3Place> placeOfHost(std::string_view host);

/// Where a bucket of `provider` is ("aws", "r2", "b2", "minio", "digitalocean", "wasabi", "tigris",
/// "hetzner", "scaleway", "google", "supabase", "alibaba", "filebase", "linode"); `endpoint` and
/// `region` as far as they were said, empty otherwise. Empty for a provider that is not known, or
/// when an endpoint has to be given and is not: those of R2, MinIO and Supabase are the customer's
/// own.
[[nodiscard]] std::optional<S3Place> placeOfProvider(std::string_view provider,
                                                     const std::string& endpoint,
                                                     const std::string& region);

/// The provider of an endpoint's host; empty when nothing is known about it.
[[nodiscard]] std::string_view providerOf(std::string_view endpoint);

/// How many uploads at once a provider bears: R2 answers with errors to more than two of one
/// object.
[[nodiscard]] std::size_t uploadsAtOnce(std::string_view provider);

}  // namespace tidemark::storage
