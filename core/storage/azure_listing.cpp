#include "core/storage/azure_listing.h"

#include "core/storage/address_text.h"
#include "core/storage/azure_values.h"

#include <pugixml.hpp>

#include <algorithm>
#include <optional>

namespace tidemark::storage {
namespace {

/// A declaration of types has no place in a listing, and ours alone would be read by nobody.
constexpr unsigned int kParsing =
    pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;

Error noListing(const AzureAccount& account)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "What %1 answers is no list of blobs."), {account.place}},
        .next = {TIDEMARK_TEXT("storage",
                               "Check the address. Perhaps something on the way answers in "
                               "its place.")}};
}

Error wrongListing(const AzureAccount& account, const std::string& name)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage",
                                   "The list of blobs of %1 is not the one that was asked for, or "
                                   "is out of order (at \"%2\")."),
                     {account.place, name}},
            .next = {TIDEMARK_TEXT("storage", "Try again.")}};
}

/// The text of an element with nothing but text; empty for any other one.
std::optional<std::string> textOf(const pugi::xml_node& element)
{
    const pugi::xml_node text = element.first_child();
    const bool isPlain = text.empty() || (text.type() == pugi::node_pcdata && !text.next_sibling());
    return isPlain ? std::optional<std::string>(text.value()) : std::nullopt;
}

/// Names that XML cannot hold come escaped.
std::optional<std::string> nameOf(const pugi::xml_node& blob)
{
    const pugi::xml_node element = blob.child("Name");
    const auto text = textOf(element);
    return text && element.attribute("Encoded").as_bool() ? unescaped(*text) : text;
}

std::string metadataOf(const pugi::xml_node& blob, std::string_view key)
{
    for (const pugi::xml_node& each : blob.child("Metadata").children()) {
        if (isSameKey(each.name(), key)) {
            return each.child_value();
        }
    }
    return {};
}

bool isFolder(const pugi::xml_node& blob)
{
    return blob.child("Properties").child_value("ResourceType") == std::string_view("directory") ||
           metadataOf(blob, "hdi_isfolder") == "true";
}

std::optional<ObjectEntry> entryOf(const pugi::xml_node& blob, const std::string& name)
{
    const pugi::xml_node properties = blob.child("Properties");
    const auto size = azureCount(properties.child_value("Content-Length"));
    if (!size) {
        return {};
    }
    return ObjectEntry{.name = name,
                       .sizeBytes = *size,
                       .modified = azureMoment(metadataOf(blob, kAzureTimeKey),
                                               properties.child_value("Creation-Time"),
                                               properties.child_value("Last-Modified"))};
}

}  // namespace

Result<AzurePage> azurePage(std::span<const std::byte> body, const AzureAccount& account,
                            const AzurePageAsked& asked)
{
    pugi::xml_document document;
    const bool hasZero = std::ranges::find(body, std::byte{0}) != body.end();
    if (hasZero || !document.load_buffer(body.data(), body.size(), kParsing, pugi::encoding_utf8)) {
        return noListing(account);
    }
    const pugi::xml_node results = document.document_element();
    const bool hasTypes = std::ranges::any_of(
        document.children(), [](const auto& node) { return node.type() == pugi::node_doctype; });
    const pugi::xml_node blobs = results.child("Blobs");
    if (hasTypes || results.name() != std::string_view("EnumerationResults") || !blobs ||
        !results.child("NextMarker")) {
        return noListing(account);
    }
    if (results.attribute("ContainerName").value() != account.container) {
        return wrongListing(account, results.attribute("ContainerName").value());
    }
    AzurePage page{.lastBlob = asked.lastBlob};
    for (const pugi::xml_node& blob : blobs.children("Blob")) {
        const auto name = nameOf(blob);
        if (!name || name->empty()) {
            return noListing(account);
        }
        if (!name->starts_with(asked.prefix) || *name <= page.lastBlob) {
            return wrongListing(account, *name);
        }
        page.lastBlob = *name;
        const std::string inner = name->substr(account.root.size());
        const auto entry = entryOf(blob, inner);
        if (!entry) {
            return noListing(account);
        }
        if (isBlobName(inner) && !isFolder(blob)) {
            page.entries.push_back(*entry);
        }
    }
    const auto next = textOf(results.child("NextMarker"));
    if (!next || (!next->empty() && *next == asked.marker)) {
        return next ? wrongListing(account, page.lastBlob) : noListing(account);
    }
    page.nextMarker = *next;
    return page;
}

}  // namespace tidemark::storage
