#include "core/config/litestream_s3.h"

#include "core/storage/s3_providers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace tidemark::config {
namespace {

constexpr std::string_view kInBucket = ".-_";
constexpr std::string_view kInKeyId = ".-_:/";
/// Of storage::s3Bucket.
constexpr double kMinPartMib = 5;
constexpr double kMaxPartMib = 64;
constexpr double kMib = 1024.0 * 1024.0;

/// Bytes in "16MiB", "5MB", "5242880"; empty for what is no size.
std::optional<double> parseSize(std::string_view text)
{
    double count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc() || !(count > 0)) {
        return {};
    }
    std::string unit;
    for (const char letter : text.substr(static_cast<std::size_t>(read.ptr - text.data()))) {
        if (letter != ' ') {
            unit += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        }
    }
    constexpr std::string_view kPrefixes = "kmg";
    const auto power = unit.empty() ? std::string_view::npos : kPrefixes.find(unit.front());
    const std::string rest = power == std::string_view::npos ? unit : unit.substr(1);
    const bool isBinary = rest == "i" || rest == "ib";
    if (!(isBinary && power != std::string_view::npos) && !rest.empty() && rest != "b") {
        return {};
    }
    return power == std::string_view::npos
               ? count
               : count * std::pow(isBinary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

bool isOfLocalNetwork(std::string_view host)
{
    constexpr std::array<std::string_view, 3> kBeginnings{"127.", "10.", "192.168."};
    host = host.substr(0, host.find_first_of(":/"));
    return host == "localhost" || host.ends_with(".local") || host.ends_with(".localhost") ||
           std::ranges::any_of(kBeginnings,
                               [host](std::string_view begin) { return host.starts_with(begin); });
}

/// A replica in a bucket on its way to an address.
class BucketReader {
public:
    BucketReader(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
        : m_keys(keys), m_url(std::move(url))
    {
        m_place.address.kind = storage::StorageKind::S3;
    }

    [[nodiscard]] Result<FileSecret> read()
    {
        TIDEMARK_TRY_STATUS(readName());
        TIDEMARK_TRY_STATUS(readServer());
        TIDEMARK_TRY_STATUS(readCertificates());
        TIDEMARK_TRY(const std::string storageClass, either("storage-class", kInBucket));
        setOption("storage-class", storageClass);
        TIDEMARK_TRY_STATUS(readPartSize());
        TIDEMARK_TRY_STATUS(readEncryption());
        TIDEMARK_TRY_STATUS(readKeys());
        if (m_url) {
            for (const char* const ours : {"ca", "profile", "provider", "sse"}) {
                if (const std::string value = m_url->take(ours); !value.empty()) {
                    setOption(ours, value);
                }
            }
            noteOptions(m_keys, *m_url);
        }
        return std::move(m_place);
    }

    /// Where the servers are when nobody says an endpoint.
    void setAlibaba() { m_isAlibaba = true; }

private:
    void setOption(const std::string& key, const std::string& value)
    {
        if (!value.empty()) {
            m_place.address.options[key] = value;
        }
    }

    /// What a key says, else the option of the URL.
    [[nodiscard]] Result<std::string> either(const std::string& key, std::string_view also)
    {
        TIDEMARK_TRY(std::string text, m_keys.plain(key, also));
        const std::string option = m_url ? m_url->take(key) : std::string();
        return text.empty() ? option : text;
    }

    [[nodiscard]] Status readName()
    {
        TIDEMARK_TRY_STATUS(m_keys.checkExclude("url", "path"));
        TIDEMARK_TRY_STATUS(m_keys.checkExclude("url", "bucket"));
        TIDEMARK_TRY(std::string bucket, m_keys.plain("bucket", ".-_:/"));
        std::string path;
        if (m_url) {
            const auto& parts = m_url->parts;
            if (!parts.user.empty() || !m_url->password.empty()) {
                return m_url->where.refuse(
                    {TIDEMARK_TEXT("config", "%1, line %2: an address of s3:// holds no keys.")},
                    {TIDEMARK_TEXT("config",
                                   "Write them behind \"access-key-id:\" and "
                                   "\"secret-access-key:\".")});
            }
            path = parts.path;
            bucket = parts.port == 0 ? parts.host : parts.host + ':' + std::to_string(parts.port);
            m_fromHost = storage::placeOfHost(bucket);
            bucket = m_fromHost ? m_fromHost->bucket : bucket;
        } else {
            TIDEMARK_TRY(path, m_keys.ownText("path"));
        }
        if (bucket.empty() || bucket.find_first_of(":/") != std::string::npos) {
            const YmlNode& where = m_url ? m_url->where : m_keys.node();
            return where.refuse({TIDEMARK_TEXT("config", "%1, line %2: it names no bucket.")},
                                {TIDEMARK_TEXT("config",
                                               "Write its name behind \"bucket:\", or as "
                                               "\"s3://BUCKET/PATH\"; access points are not "
                                               "written to.")});
        }
        m_place.address.host = bucket;
        m_place.address.path = innerPath(path);
        return {};
    }

    [[nodiscard]] Status readServer()
    {
        std::string endpoint;
        if (const auto node = m_keys.find("endpoint")) {
            TIDEMARK_TRY(const std::string written, node->text());
            TIDEMARK_TRY(endpoint, checkedEndpoint(*node, written, "https://"));
        } else if (const std::string option = m_url ? m_url->take("endpoint") : "";
                   !option.empty()) {
            TIDEMARK_TRY(endpoint,
                         checkedEndpoint(m_url->where, option,
                                         isOfLocalNetwork(option) ? "http://" : "https://"));
        }
        const bool isSaid = !endpoint.empty();
        TIDEMARK_TRY(std::string region, either("region", "-"));
        TIDEMARK_TRY(std::string style, pathStyle());
        if (style.empty() && (isSaid ? !m_isAlibaba : m_fromHost && m_fromHost->pathStyle)) {
            style = "true";
        }
        if (m_fromHost) {
            endpoint = isSaid ? endpoint : m_fromHost->endpoint;
            region = region.empty() ? m_fromHost->region : region;
        }
        if (m_isAlibaba) {
            const auto place = storage::placeOfProvider(
                "alibaba", endpoint, region.empty() && !isSaid ? "cn-hangzhou" : region);
            endpoint = place ? place->endpoint : endpoint;
            region = place ? place->region : region;
        }
        setOption("endpoint", endpoint);
        setOption("region", region);
        setOption("force-path-style", style);
        return {};
    }

    [[nodiscard]] Result<std::string> pathStyle()
    {
        const std::string option = m_url ? m_url->take("force-path-style") : std::string();
        if (const auto node = m_keys.find("force-path-style")) {
            TIDEMARK_TRY(const bool isForced, node->flag());
            return std::string(isForced ? "true" : "false");
        }
        return option.empty() || option == "true" ? option : "false";
    }

    [[nodiscard]] static Result<std::string> checkedEndpoint(const YmlNode& where,
                                                             const std::string& written,
                                                             const std::string& scheme)
    {
        const std::string text =
            written.find("://") == std::string::npos ? scheme + written : written;
        TIDEMARK_TRY([[maybe_unused]] const auto server, serverAt(where, "endpoint", text));
        return text.substr(0, text.find_last_not_of('/') + 1);
    }

    [[nodiscard]] Status readCertificates()
    {
        TIDEMARK_TRY_STATUS(m_keys.checkVerifies());
        if (m_url && m_url->take("skip-verify") == "true") {
            return refuseToSkipVerify(m_url->where);
        }
        TIDEMARK_TRY(const std::string authority, m_keys.text("ca"));
        setOption("ca", authority);
        return {};
    }

    [[nodiscard]] Status readPartSize()
    {
        const auto node = m_keys.find("part-size");
        std::string text = m_url ? m_url->take("part-size") : std::string();
        if (node) {
            TIDEMARK_TRY(text, node->text());
        }
        if (text.empty()) {
            return {};
        }
        const YmlNode& where = node ? *node : m_url->where;
        const auto bytes = parseSize(text);
        if (!bytes) {
            return where.refuse(
                {TIDEMARK_TEXT("config", "%1, line %2: \"part-size\" is not a size.")},
                {TIDEMARK_TEXT("config", "Write 16MiB.")});
        }
        const double wanted = std::ceil(*bytes / kMib);
        const auto mib = static_cast<int>(std::clamp(wanted, kMinPartMib, kMaxPartMib));
        if (mib != wanted) {
            m_keys.note(where, {TIDEMARK_TEXT("config",
                                              "%1, line %2: Tidemark uploads in parts of 5 to 64 "
                                              "MiB; it takes %3."),
                                {std::to_string(mib)}});
        }
        setOption("part-size", std::to_string(mib));
        return {};
    }

    [[nodiscard]] Status readEncryption()
    {
        TIDEMARK_TRY(const std::string algorithm, either("sse-customer-algorithm", "-"));
        TIDEMARK_TRY(const std::string kmsKey, either("sse-kms-key-id", kInKeyId));
        TIDEMARK_TRY(m_place.customerKeyFile, m_keys.text("sse-customer-key-path"));
        TIDEMARK_TRY(m_place.secrets.customerKey, m_keys.secret("sse-customer-key"));
        if (m_place.secrets.customerKey.empty() && m_url) {
            m_place.secrets.customerKey = m_url->customerKey;
        }
        if (!m_place.customerKeyFile.empty()) {
            m_place.secrets.customerKey = Secret();
        }
        const bool hasKey =
            !m_place.secrets.customerKey.empty() || !m_place.customerKeyFile.empty();
        if (hasKey && !kmsKey.empty()) {
            return m_keys.node().refuse(
                {TIDEMARK_TEXT("config",
                               "%1, line %2: \"sse-customer-key\" and \"sse-kms-key-id\" of a "
                               "replica exclude each other.")},
                {TIDEMARK_TEXT("config", "Keep one of them.")});
        }
        if (hasKey && !algorithm.empty() && algorithm != "AES256") {
            return m_keys.node().refuse(
                {TIDEMARK_TEXT("config",
                               "%1, line %2: there is no \"sse-customer-algorithm\" but AES256.")},
                {TIDEMARK_TEXT("config", "Write AES256, or leave it out.")});
        }
        setOption("sse", hasKey ? "customer" : "");
        setOption("sse-kms-key-id", kmsKey);
        return {};
    }

    [[nodiscard]] Status readKeys()
    {
        TIDEMARK_TRY(m_place.secrets.accessKeyId, m_keys.secret("access-key-id"));
        TIDEMARK_TRY(m_place.secrets.secretAccessKey, m_keys.secret("secret-access-key"));
        const bool hasId = !m_place.secrets.accessKeyId.empty();
        if (hasId == !m_place.secrets.secretAccessKey.empty()) {
            return {};
        }
        const auto half = m_keys.find(hasId ? "access-key-id" : "secret-access-key");
        return half->refuse(
            {TIDEMARK_TEXT("config",
                           "%1, line %2: \"access-key-id\" and \"secret-access-key\" go together, "
                           "and one of them is missing.")},
            {TIDEMARK_TEXT("config", "Write both, or none of them.")});
    }

    const ReplicaKeys& m_keys;
    std::optional<ReplicaUrl> m_url;
    std::optional<storage::S3Place> m_fromHost;
    bool m_isAlibaba = false;
    FileSecret m_place;
};

}  // namespace

Result<FileSecret> readBucket(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    return BucketReader(keys, std::move(url)).read();
}

Result<FileSecret> readAlibabaBucket(const ReplicaKeys& keys, std::optional<ReplicaUrl> url)
{
    if (url) {
        // The servers for the inside of a data centre have the same buckets.
        constexpr std::string_view kInside = "-internal.aliyuncs.com";
        if (auto& host = url->parts.host; host.ends_with(kInside)) {
            host.erase(host.size() - kInside.size(), std::string_view("-internal").size());
        }
    }
    BucketReader reader(keys, std::move(url));
    reader.setAlibaba();
    return reader.read();
}

}  // namespace tidemark::config
