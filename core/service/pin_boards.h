#pragma once

#include "core/base/file_system.h"
#include "core/replica/pins.h"
#include "core/storage/storage_address.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace tidemark::service {

/// The id of the replica at `address`, the same however its folder is written: through links, too.
/// Blocks on the disk. Of a folder that is not there, that of the address.
[[nodiscard]] std::string realReplicaId(FileSystem& files, const storage::StorageAddress& address);

/// One board for each replica that this process reads or deletes from; see replica/pins.h. Any
/// thread may use it. A board stays as long as this does.
class PinBoards {
public:
    /// Of the replica at `address`; blocks as realReplicaId() does. Asked for at each use: which
    /// replica an address leads to can change while nothing of it is pinned.
    [[nodiscard]] replica::PinBoard& of(FileSystem& files, const storage::StorageAddress& address);

private:
    std::mutex m_mutex;  // Guards what follows.
    std::map<std::string, std::unique_ptr<replica::PinBoard>> m_boards;
};

}  // namespace tidemark::service
