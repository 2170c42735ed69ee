#include "core/storage/webdav_listing.h"

#include "core/base/whole_number.h"
#include "core/net/http_date.h"
#include "core/storage/address_text.h"
#include "core/storage/object_name.h"

#include <pugixml.hpp>

#include <algorithm>
#include <string_view>

namespace tidemark::storage {
namespace {

Error unreadable(const std::string& place)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "%1 answers with no listing that can be read."), {place}},
        .next = {TIDEMARK_TEXT("storage",
                               "Check that the address is the one that the server gives for "
                               "WebDAV.")}};
}

Error doesNotBelong(const std::string& place, std::string_view href)
{
    constexpr std::size_t kShown = 200;
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 lists what cannot be in that folder: %2"),
                     {place, std::string(href.substr(0, kShown))}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Write the address as the server itself has it, or take that "
                                   "name away.")}};
}

/// Prefixes are each server's own choice.
bool isNamed(const pugi::xml_node& node, std::string_view local)
{
    const std::string_view name = node.name();
    return name.substr(name.rfind(':') + 1) == local;
}

pugi::xml_node childOf(const pugi::xml_node& parent, std::string_view local)
{
    return parent.find_child(
        [local](const pugi::xml_node& child) { return isNamed(child, local); });
}

std::string_view textOf(const pugi::xml_node& parent, std::string_view child)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const std::string_view text = childOf(parent, child).text().get();
    const auto start = std::min(text.find_first_not_of(kSpace), text.size());
    const auto end = text.find_last_not_of(kSpace);
    return end == std::string_view::npos ? std::string_view() : text.substr(start, end + 1 - start);
}

/// Of "HTTP/1.1 200 OK"; 200 where there is none, 0 for what is none.
int statusOf(const pugi::xml_node& node)
{
    const std::string_view line = textOf(node, "status");
    if (line.empty()) {
        return 200;
    }
    const std::string_view code =
        line.substr(std::min(line.find(' ') + 1, line.size())).substr(0, 3);
    return wholeNumber<std::uint16_t>(code).value_or(0);
}

/// The plain path of an absolute URL or path, without '/' at its end; empty for what is neither.
std::optional<std::string> pathOf(std::string_view href)
{
    const auto scheme = href.find("://");
    if (scheme != std::string_view::npos && !href.starts_with('/')) {
        const auto slash = href.find('/', scheme + 3);
        href = slash == std::string_view::npos ? "/" : href.substr(slash);
    }
    auto path = href.starts_with('/') ? unescaped(href) : std::nullopt;
    while (path && path->ends_with('/')) {
        path->pop_back();
    }
    return path;
}

/// What stands behind `folder` and a '/'; empty for the folder itself.
std::optional<std::string> nameIn(const std::string& folder, std::string_view href)
{
    const auto path = pathOf(href);
    if (!path || !path->starts_with(folder)) {
        return {};
    }
    if (path->size() == folder.size()) {
        return std::string();
    }
    std::string name = path->substr(folder.size() + 1);
    const bool isMember =
        (*path)[folder.size()] == '/' && isObjectName(name) && name.find('/') == std::string::npos;
    return isMember ? std::optional(std::move(name)) : std::nullopt;
}

/// False where a file has no size.
bool takeProperties(const pugi::xml_node& response, WebDavResource& resource)
{
    std::optional<std::uint64_t> size;
    for (const pugi::xml_node& propstat : response.children()) {
        if (!isNamed(propstat, "propstat") || statusOf(propstat) / 100 != 2) {
            continue;
        }
        const pugi::xml_node properties = childOf(propstat, "prop");
        resource.isFolder |= !childOf(childOf(properties, "resourcetype"), "collection").empty();
        if (const auto time = net::parseHttpDate(textOf(properties, "getlastmodified"))) {
            resource.modified = time;
        }
        const auto length = wholeNumber(textOf(properties, "getcontentlength"));
        size = length ? length : size;
    }
    resource.sizeBytes = resource.isFolder ? 0 : size.value_or(0);
    return resource.isFolder || size.has_value();
}

}  // namespace

Result<std::vector<WebDavResource>> parseWebDavListing(std::vector<std::byte> xml,
                                                       const std::string& path,
                                                       const std::string& place)
{
    pugi::xml_document document;
    const auto parsed = document.load_buffer_inplace(xml.data(), xml.size());
    const pugi::xml_node root = document.document_element();
    if (!parsed || !isNamed(root, "multistatus")) {
        return unreadable(place);
    }
    std::vector<WebDavResource> resources;
    bool tellsOfItself = false;
    for (const pugi::xml_node& response : root.children()) {
        if (!isNamed(response, "response")) {
            continue;
        }
        const std::string_view href = textOf(response, "href");
        auto name = nameIn(path, href);
        if (!name) {
            return doesNotBelong(place, href);
        }
        const int status = statusOf(response);
        if (status == 404) {
            continue;
        }
        WebDavResource resource{.name = std::move(*name)};
        if (status / 100 != 2 || !takeProperties(response, resource)) {
            return unreadable(place);
        }
        tellsOfItself |= resource.name.empty();
        resources.push_back(std::move(resource));
    }
    return tellsOfItself ? Result(std::move(resources)) : unreadable(place);
}

}  // namespace tidemark::storage
