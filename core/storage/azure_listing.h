#pragma once

#include "core/base/result.h"
#include "core/storage/azure_account.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::storage {

/// One page of a listing, as List Blobs answers.
struct AzurePage {
    /// Names as the storage has them, without the account's root. Folders of accounts with a
    /// hierarchical namespace, and blobs whose names no object can have, are left out.
    std::vector<ObjectEntry> entries = {};
    std::string lastBlob = {};    ///< Whole; what was asked with where the page is empty.
    std::string nextMarker = {};  ///< Empty on the last page.
};

struct AzurePageAsked {
    std::string prefix = {};    ///< Of whole names of blobs; starts with the account's root.
    std::string lastBlob = {};  ///< Of the page before; names go on behind it.
    std::string marker = {};    ///< That this page was asked with.
};

/// Reads a page. Fails with Unavailable for all that is not the rest of the listing that was asked
/// for: no listing, one of another container, names without the prefix, out of order or twice, the
/// same marker again. A listing is taken as a whole or not at all: what it leaves out might be
/// taken for lost.
[[nodiscard]] Result<AzurePage> azurePage(std::span<const std::byte> body,
                                          const AzureAccount& account, const AzurePageAsked& asked);

}  // namespace tidemark::storage
