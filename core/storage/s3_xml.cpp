#include "core/storage/s3_xml.h"

#include "core/base/rfc3339.h"
#include "core/storage/address_text.h"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

namespace tidemark::storage {
namespace {

/// The root element; empty for what is no XML document of that name.
std::optional<pugi::xml_node> rootOf(pugi::xml_document& document, std::span<const std::byte> xml,
                                     std::string_view name)
{
    // A document type would be skipped, and nothing that it declares is known afterwards.
    const auto parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    const pugi::xml_node root = document.document_element();
    return parsed && name == root.name() ? std::optional(root) : std::nullopt;
}

std::string textOf(const pugi::xml_node& node, const char* child)
{
    return node.child(child).text().as_string();
}

std::optional<std::uint64_t> numberOf(const std::string& text)
{
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                           : std::nullopt;
}

/// Names that XML cannot hold are asked for escaped, as a form on the web has them.
std::optional<std::string> nameOf(std::string text, bool isEscaped)
{
    if (!isEscaped) {
        return text;
    }
    std::ranges::replace(text, '+', ' ');
    return unescaped(text);
}

std::string written(const pugi::xml_document& document)
{
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
}

}  // namespace

std::optional<S3Page> parseS3Page(std::span<const std::byte> xml)
{
    pugi::xml_document document;
    const auto root = rootOf(document, xml, "ListBucketResult");
    if (!root) {
        return {};
    }
    const bool isEscaped = textOf(*root, "EncodingType") == "url";
    S3Page page{.bucket = textOf(*root, "Name")};
    for (const pugi::xml_node& entry : root->children("Contents")) {
        const auto key = nameOf(textOf(entry, "Key"), isEscaped);
        const auto size = numberOf(textOf(entry, "Size"));
        if (!key || key->empty() || !size) {
            return {};
        }
        page.objects.push_back({.key = *key,
                                .sizeBytes = *size,
                                .modified = parseRfc3339(textOf(entry, "LastModified"))});
    }
    const std::string isTruncated = textOf(*root, "IsTruncated");
    if (isTruncated != "true" && isTruncated != "false") {
        return {};
    }
    if (isTruncated == "true") {
        page.next = textOf(*root, "NextContinuationToken");
        if (page.next.empty()) {
            return {};
        }
    }
    return page;
}

std::optional<S3Failure> parseS3Failure(std::span<const std::byte> xml)
{
    pugi::xml_document document;
    const auto root = rootOf(document, xml, "Error");
    if (!root) {
        return {};
    }
    return S3Failure{.code = textOf(*root, "Code"), .region = textOf(*root, "Region")};
}

std::optional<std::string> parseS3UploadId(std::span<const std::byte> xml)
{
    pugi::xml_document document;
    const auto root = rootOf(document, xml, "InitiateMultipartUploadResult");
    const std::string id = root ? textOf(*root, "UploadId") : std::string();
    return id.empty() ? std::nullopt : std::optional(id);
}

bool saysS3Completed(std::span<const std::byte> xml)
{
    pugi::xml_document document;
    return rootOf(document, xml, "CompleteMultipartUploadResult").has_value();
}

std::optional<std::vector<std::pair<std::string, std::string>>> parseS3Undeleted(
    std::span<const std::byte> xml)
{
    pugi::xml_document document;
    const auto root = rootOf(document, xml, "DeleteResult");
    if (!root) {
        return {};
    }
    std::vector<std::pair<std::string, std::string>> left;
    for (const pugi::xml_node& entry : root->children("Error")) {
        left.emplace_back(textOf(entry, "Key"), textOf(entry, "Code"));
    }
    return left;
}

std::optional<std::vector<S3Upload>> parseS3Uploads(std::span<const std::byte> xml)
{
    pugi::xml_document document;
    const auto root = rootOf(document, xml, "ListMultipartUploadsResult");
    if (!root) {
        return {};
    }
    std::vector<S3Upload> uploads;
    for (const pugi::xml_node& entry : root->children("Upload")) {
        uploads.push_back({.key = textOf(entry, "Key"),
                           .id = textOf(entry, "UploadId"),
                           .begun = parseRfc3339(textOf(entry, "Initiated"))});
    }
    return uploads;
}

std::string s3DeleteBody(std::span<const std::string> keys)
{
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("Delete");
    root.append_child("Quiet").text() = "true";
    for (const std::string& key : keys) {
        root.append_child("Object").append_child("Key").text() = key.c_str();
    }
    return written(document);
}

std::string s3CompleteBody(std::span<const std::string> etags)
{
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("CompleteMultipartUpload");
    int number = 0;
    for (const std::string& etag : etags) {
        pugi::xml_node part = root.append_child("Part");
        part.append_child("PartNumber").text() = ++number;
        part.append_child("ETag").text() = etag.c_str();
    }
    return written(document);
}

}  // namespace tidemark::storage
