#include "core/service/pin_boards.h"

namespace tidemark::service {

std::string realReplicaId(FileSystem& files, const storage::StorageAddress& address)
{
    const bool isFolder = address.kind == storage::StorageKind::Folder;
    const auto real = files.canonical(address.path);
    if (!isFolder || !real.ok()) {
        return storage::replicaId(address);
    }
    storage::StorageAddress found = address;
    found.path = real.value();
    return storage::replicaId(found);
}

replica::PinBoard& PinBoards::of(FileSystem& files, const storage::StorageAddress& address)
{
    const std::string id = realReplicaId(files, address);
    const std::scoped_lock lock(m_mutex);
    auto& board = m_boards[id];
    if (!board) {
        board = std::make_unique<replica::PinBoard>();
    }
    return *board;
}

}  // namespace tidemark::service
