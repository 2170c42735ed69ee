#include "app/s3_form.h"

#include "app/form_parts.h"
#include "core/storage/s3_providers.h"

#include <optional>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

using storage::StorageAddress;
using storage::StorageKind;
using Control = FieldSpec::Control;

const QString kOther = u"other"_s;

std::vector<FormChoice> services()
{
    return {{u"aws"_s, u"Amazon S3"_s},
            {u"r2"_s, u"Cloudflare R2"_s},
            {u"b2"_s, u"Backblaze B2"_s},
            {u"digitalocean"_s, u"DigitalOcean Spaces"_s},
            {u"wasabi"_s, u"Wasabi"_s},
            {u"hetzner"_s, u"Hetzner Object Storage"_s},
            {u"scaleway"_s, u"Scaleway"_s},
            {u"google"_s, u"Google Cloud Storage"_s},
            {u"tigris"_s, u"Tigris"_s},
            {u"linode"_s, u"Linode"_s},
            {u"alibaba"_s, u"Alibaba Cloud OSS"_s},
            {u"supabase"_s, u"Supabase"_s},
            {u"minio"_s, u"MinIO"_s},
            {kOther, FormWords::tr("Another one that speaks S3")}};
}

/// What the form says of the service; of another one path style goes without saying, since a server
/// of one's own rarely has a name for each bucket.
std::optional<storage::S3Place> placeOfService(const FormValues& values, const QString& region)
{
    const QString service = values.text(FormField::Service);
    const std::string name = service == kOther ? "minio" : service.toStdString();
    std::string endpoint = values.text(FormField::S3Endpoint).toStdString();
    if (!endpoint.empty() && endpoint.find("://") == std::string::npos) {
        endpoint = "https://" + endpoint;
    }
    return storage::placeOfProvider(name, endpoint, region.toStdString());
}

bool needsEndpoint(const FormValues& values)
{
    return !placeOfService(
        {.kind = values.kind, .texts = {{FormField::Service, values.text(FormField::Service)}}},
        u"somewhere"_s);
}

bool needsRegion(const FormValues& values)
{
    return !needsEndpoint(values) && !placeOfService(values, {});
}

}  // namespace

std::vector<FieldSpec> fieldsOfS3(const FormValues& values)
{
    const bool needsOwn = needsEndpoint(values);
    const bool wantsRegion = needsRegion(values);
    std::vector<FieldSpec> fields{{.field = FormField::Service,
                                   .control = Control::Choice,
                                   .label = FormWords::tr("Service"),
                                   .choices = services()}};
    const FieldSpec endpoint{
        .field = FormField::S3Endpoint,
        .label = FormWords::tr("Endpoint"),
        .hint = needsOwn ? u"https://s3.example.com"_s : FormWords::tr("That of the service"),
        .isRequired = needsOwn,
        .isMore = !needsOwn};
    if (needsOwn) {
        fields.push_back(endpoint);
    }
    fields.push_back(
        {.field = FormField::Bucket, .label = FormWords::tr("Bucket"), .isRequired = true});
    const auto usual = placeOfService(values, {});
    fields.push_back(
        {.field = FormField::Region,
         .label = FormWords::tr("Region"),
         .hint = wantsRegion || !usual ? QString() : QString::fromStdString(usual->region),
         .isRequired = wantsRegion});
    fields.push_back({.field = FormField::BucketFolder,
                      .label = FormWords::tr("Folder in the bucket"),
                      .hint = u"tidemark/shop"_s});
    fields.push_back({.field = FormField::AccessKey,
                      .label = FormWords::tr("Access key"),
                      .hint = FormWords::tr("From the environment or ~/.aws")});
    fields.push_back({.field = FormField::SecretKey,
                      .control = Control::Secret,
                      .label = FormWords::tr("Secret key")});
    if (!needsOwn) {
        fields.push_back(endpoint);
    }
    fields.push_back(
        {.field = FormField::PathStyle,
         .control = Control::Switch,
         .label = FormWords::tr("Path style"),
         .hint = FormWords::tr("the bucket stands in the path, not in front of the host"),
         .isMore = true});
    const QString own = FormWords::tr("The bucket's own");
    fields.push_back({.field = FormField::StorageClass,
                      .control = Control::Choice,
                      .label = FormWords::tr("Storage class"),
                      .choices = {{{}, own},
                                  {u"STANDARD"_s, u"STANDARD"_s},
                                  {u"STANDARD_IA"_s, u"STANDARD_IA"_s},
                                  {u"ONEZONE_IA"_s, u"ONEZONE_IA"_s},
                                  {u"INTELLIGENT_TIERING"_s, u"INTELLIGENT_TIERING"_s},
                                  {u"GLACIER_IR"_s, u"GLACIER_IR"_s}},
                      .isMore = true});
    fields.push_back({.field = FormField::Encryption,
                      .control = Control::Choice,
                      .label = FormWords::tr("Encryption"),
                      .choices = {{{}, own},
                                  {u"AES256"_s, FormWords::tr("With keys of the service")},
                                  {u"aws:kms"_s, FormWords::tr("With a key of KMS")},
                                  {u"customer"_s, FormWords::tr("With a key of your own")}},
                      .isMore = true});
    if (values.text(FormField::Encryption) == u"aws:kms"_s) {
        fields.push_back({.field = FormField::KmsKey,
                          .label = FormWords::tr("Key of KMS"),
                          .hint = FormWords::tr("The account's own"),
                          .isMore = true});
    }
    if (values.text(FormField::Encryption) == u"customer"_s) {
        fields.push_back({.field = FormField::CustomerKey,
                          .control = Control::Secret,
                          .label = FormWords::tr("Your key"),
                          .hint = FormWords::tr("32 bytes in Base64"),
                          .isRequired = true,
                          .isMore = true});
    }
    fields.push_back(certificateField());
    return fields;
}

bool hasUsualPathStyle(const FormValues& values)
{
    const FormValues usual{.kind = values.kind,
                           .texts = {{FormField::Service, values.text(FormField::Service)},
                                     {FormField::S3Endpoint, u"https://its.own"_s}}};
    const auto place = placeOfService(usual, {});
    return place && place->pathStyle;
}

StorageAddress bucketOf(const FormValues& values, const QString& home)
{
    StorageAddress address{
        .kind = StorageKind::S3,
        .path = withoutOuterSlashes(values.text(FormField::BucketFolder)).toStdString(),
        .host = values.text(FormField::Bucket).toStdString()};
    const QString region = values.text(FormField::Region);
    const bool isAmazon =
        values.text(FormField::Service) == u"aws"_s && values.text(FormField::S3Endpoint).isEmpty();
    const auto place = isAmazon ? std::nullopt : placeOfService(values, region);
    // Amazon's own bucket is where its name leads, and says its region itself.
    setOption(address, "endpoint", place ? QString::fromStdString(place->endpoint) : QString());
    setOption(address, "region", place ? QString::fromStdString(place->region) : region);
    if (values.text(FormField::PathStyle) == kYes) {
        setOption(address, "force-path-style", u"true"_s);
    } else if (hasUsualPathStyle(values)) {
        setOption(address, "force-path-style", u"false"_s);
    }
    setOption(address, "storage-class", values.text(FormField::StorageClass));
    setOption(address, "sse", values.text(FormField::Encryption));
    if (values.text(FormField::Encryption) == u"aws:kms"_s) {
        setOption(address, "sse-kms-key-id", values.text(FormField::KmsKey));
    }
    setCertificate(address, values, home);
    return address;
}

}  // namespace tidemark::app
