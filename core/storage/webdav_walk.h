#pragma once

#include "core/storage/storage.h"
#include "core/storage/webdav_client.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// Calls `entry` for each file below the folder `root` of the server whose name starts with
/// `prefix`, in ascending order of whole names; one request for each folder that may hold such a
/// name. `hidden` is a folder of the root that is left out. One folder's names are held at a time.
/// NotFound when the root is not there, or goes meanwhile.
[[nodiscard]] Status listWebDav(const WebDavClient& client, const std::string& root,
                                std::string_view prefix, std::string_view hidden,
                                const std::function<Listing(const ObjectEntry&)>& entry,
                                const std::stop_token& stop);

}  // namespace tidemark::storage
