// What servers say in XML. The first byte says which of them: '0' S3, '1' Azure, '2' WebDAV.
#include "core/storage/azure_listing.h"
#include "core/storage/s3_xml.h"
#include "core/storage/webdav_listing.h"

#include <algorithm>
#include <cstdlib>
#include <span>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void readS3(std::span<const std::byte> xml)
{
    if (const auto page = parseS3Page(xml)) {
        for (const S3Object& each : page->objects) {
            require(!each.key.empty());
        }
    }
    static_cast<void>(parseS3Failure(xml));
    static_cast<void>(saysS3Completed(xml));
    static_cast<void>(parseS3Undeleted(xml));
    static_cast<void>(parseS3Uploads(xml));
    if (const auto id = parseS3UploadId(xml)) {
        require(!id->empty());
    }
}

void readAzure(std::span<const std::byte> xml)
{
    const AzureAccount account{.container = "c", .place = "abs://a@c"};
    const auto page = azurePage(xml, account, {});
    if (page.ok()) {
        const auto& entries = page.value().entries;
        require(std::ranges::is_sorted(entries, {}, &ObjectEntry::name));
        for (const ObjectEntry& each : entries) {
            require(!each.name.empty());
        }
    }
}

void readWebDav(std::span<const std::byte> xml)
{
    const auto members = parseWebDavListing({xml.begin(), xml.end()}, "/dav", "place");
    if (!members.ok()) {
        return;
    }
    for (const WebDavResource& each : members.value()) {
        require(each.name.find('/') == std::string::npos && each.name != "..");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const auto xml = std::as_bytes(std::span(data, size)).subspan(1);
    switch (data[0]) {
    case '0': readS3(xml); break;
    case '1': readAzure(xml); break;
    case '2': readWebDav(xml); break;
    default: break;
    }
    return 0;
}
