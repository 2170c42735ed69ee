#include "core/replica/open_replica.h"

#include "core/replica/layout.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/v03_layout.h"
#include "core/replica/v03_replica.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tidemark::replica {
namespace {

// The search below a wrong path ends here: it may be somebody's whole disk.
constexpr int kMaxSearched = 20'000;
constexpr std::size_t kMaxNamed = 5;

/// "team/notes" for "team/notes/ltx/0/...": the folder whose replica has that object.
std::string folderOf(const std::string& name, std::string_view prefix)
{
    const auto place = name.find('/' + std::string(prefix));
    if (place == std::string::npos) {
        return {};
    }
    const std::string_view inside = std::string_view(name).substr(place + 1);
    return parseObjectName(inside) || parseLegacyName(inside) ? name.substr(0, place)
                                                              : std::string();
}

Result<std::vector<std::string>> replicasBelow(const storage::Storage& storage,
                                               const std::stop_token& stop)
{
    std::vector<std::string> folders;
    int searched = 0;
    const auto look = [&](const storage::ObjectEntry& entry) {
        for (const std::string_view prefix : {kLtxPrefix, kLegacyPrefix}) {
            const std::string folder = folderOf(entry.name, prefix);
            if (!folder.empty() && std::ranges::find(folders, folder) == folders.end()) {
                folders.push_back(folder);
            }
        }
        const bool enough = folders.size() > kMaxNamed || ++searched == kMaxSearched;
        return enough ? storage::Listing::Enough : storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list("", look, stop));
    return folders;
}

Error noReplica(const storage::Storage& storage, const std::vector<std::string>& below)
{
    Error error{
        .code = ErrorCode::NotFound,
        .what = {TIDEMARK_TEXT("replica", "There is no replica in %1."), {storage.describe()}}};
    if (below.empty()) {
        error.next = {TIDEMARK_TEXT("replica",
                                    "Give the folder that holds \"ltx\" or "
                                    "\"generations\".")};
        return error;
    }
    std::string names;
    for (std::size_t i = 0; i < std::min(below.size(), kMaxNamed); ++i) {
        names += (i == 0 ? "" : ", ") + below[i];
    }
    names += below.size() > kMaxNamed ? ", ..." : "";
    error.next = {TIDEMARK_TEXT("replica", "Give the folder of one database. Below it are: %1."),
                  {names}};
    return error;
}

}  // namespace

Result<Catalog> openCatalog(const storage::Storage& storage, const std::stop_token& stop)
{
    TIDEMARK_TRY(Catalog ltx, readLtxCatalog(storage, stop));
    if (ltx.format != Catalog::Format::Empty) {
        return ltx;
    }
    TIDEMARK_TRY(Catalog legacy, readLegacyCatalog(storage, stop));
    if (legacy.format != Catalog::Format::Empty) {
        return legacy;
    }
    TIDEMARK_TRY(const auto below, replicasBelow(storage, stop));
    return noReplica(storage, below);
}

}  // namespace tidemark::replica
