#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark::storage {

/// What a WebDAV server says of a folder, of a file, or of a member of the folder.
struct WebDavResource {
    std::string name = {};  ///< Of a member; empty for what was asked for itself.
    bool isFolder = false;
    std::uint64_t sizeBytes = 0;             ///< 0 for a folder.
    std::optional<Timestamp> modified = {};  ///< Whole seconds.

    bool operator==(const WebDavResource&) const = default;
};

/// The answer to a PROPFIND of Depth 0 or 1 for resourcetype, getcontentlength and getlastmodified
/// (RFC 4918, 9.1 and 14.16), in its order. `path` is what was asked for, plain, with a leading '/'
/// and none at its end, or empty for the server's root. `place` is what people call the storage.
///
/// Hosts in hrefs are passed over, since a server behind another one may not know its own; members
/// that are said to be gone (404), too. Fails with Unavailable for what is no such answer or is not
/// whole, does not tell of `path` itself, has hrefs outside of it or below its members, names that
/// cannot be one's, and files without a size. No document type is looked at.
[[nodiscard]] Result<std::vector<WebDavResource>> parseWebDavListing(std::vector<std::byte> xml,
                                                                     const std::string& path,
                                                                     const std::string& place);

}  // namespace tidemark::storage
