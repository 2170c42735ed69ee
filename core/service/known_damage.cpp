#include "core/service/known_damage.h"

#include "core/state/state_db.h"

namespace tidemark::service {

replica::ObjectNames knownDamage(FileSystem& files, const std::string& stateDb,
                                 const std::string& replicaId)
{
    replica::ObjectNames names;
    // A connection of its own: capture goes on meanwhile.
    const auto state = state::StateDb::openToRead(files, stateDb);
    if (!state.ok()) {
        return names;
    }
    const auto objects = state.value()->damaged(replicaId);
    if (objects.ok()) {
        for (const state::DamagedObject& each : objects.value()) {
            names.insert(each.name);
        }
    }
    return names;
}

}  // namespace tidemark::service
