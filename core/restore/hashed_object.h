#pragma once

#include "core/ltx/header.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace tidemark::restore {

/// What one object says of a database: the hash of each page in it, twelve bytes a page.
struct HashedObject {
    ltx::Header header = {};
    std::vector<std::uint32_t> pages = {};   ///< Ascending.
    std::vector<std::uint64_t> hashes = {};  ///< ltx::pageHash() of each.

    /// Whether it has every page of the database, whatever its name says.
    [[nodiscard]] bool isFull() const;

    /// Of its pages: the state's own, if it is full.
    [[nodiscard]] std::uint64_t digest() const;
};

/// Reads an object once, from its first byte to its last, with every check that it carries in
/// itself: each rule of the format, the header against the name, page index and file checksum.
/// Damaged, naming it; NotFound when it has gone; or as the storage fails.
[[nodiscard]] Result<HashedObject> readHashes(const storage::Storage& storage,
                                              const replica::ObjectInfo& info,
                                              const std::stop_token& stop);

}  // namespace tidemark::restore
