#include "core/service/shared_place.h"

#include <algorithm>
#include <string_view>

namespace tidemark::service {
namespace {

/// Disks of people and of servers are mounted here: "/mnt/nas", "/srv/backup", "/media/ada/disk".
constexpr int kDepth = 3;

/// "/run/media/ada/disk" is one deeper.
constexpr std::string_view kDeeper = "/run/";

/// Without the folder of the replica itself, of which there is one for each database.
std::string upperFolders(std::string_view path)
{
    const std::string_view parent = path.substr(0, std::min(path.rfind('/'), path.size()));
    std::size_t end = 0;
    for (int depth = path.starts_with(kDeeper) ? -1 : 0; depth < kDepth; ++depth) {
        end = std::min(parent.find('/', end + 1), parent.size());
    }
    return "folder " + std::string(parent.substr(0, end));
}

}  // namespace

std::string serverOf(const storage::StorageAddress& address)
{
    return storage::optionOf(address, "endpoint") + "//" + address.host + ":" +
           std::to_string(address.port);
}

std::string sharedPlace(const storage::StorageAddress& address)
{
    return address.kind == storage::StorageKind::Folder ? upperFolders(address.path)
                                                        : serverOf(address);
}

}  // namespace tidemark::service
