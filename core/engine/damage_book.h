#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/damage.h"
#include "core/engine/spool.h"
#include "core/replica/damage.h"
#include "core/state/state_db.h"
#include "core/storage/storage.h"

#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// Which objects of one replica were found damaged. They stay where they are, and from then on are
/// neither read nor counted on. Lost with the state of the database, it is found anew. Any thread.
class DamageBook {
public:
    /// Both outlive it.
    DamageBook(state::StateDb& state, const Spool& spool, std::string replicaId)
        : m_state(state), m_spool(spool), m_replicaId(std::move(replicaId))
    {
    }

    /// All that were found: their names stay taken.
    [[nodiscard]] Result<replica::ObjectNames> found() const;

    /// Objects to do without: all that were found, but segments that the spool still holds whole.
    /// These are read.
    [[nodiscard]] Result<replica::ObjectNames> missing() const;

    /// Reads each of `suspects` from start to end, and takes down those that are damaged; whether
    /// that was news. Fails as the storage does.
    [[nodiscard]] Result<bool> inspect(const storage::Storage& storage,
                                       std::span<const replica::ObjectInfo> suspects, Timestamp now,
                                       const std::stop_token& stop);

    /// From `now` on each moment can be restored without what was found. Lists the replica, to take
    /// down which moments are lost in the end. Fails as the storage does.
    [[nodiscard]] Status mended(const storage::Storage& storage, Timestamp now,
                                const std::stop_token& stop);

    /// Empty when there is none.
    [[nodiscard]] Result<std::optional<Damage>> damage() const;

private:
    [[nodiscard]] Status takeDown(std::vector<state::DamagedObject> objects,
                                  const replica::Catalog& before, const replica::Catalog& after);
    [[nodiscard]] bool isWholeInSpool(const std::string& name) const;

    state::StateDb& m_state;
    const Spool& m_spool;
    const std::string m_replicaId;
    std::mutex m_writing;  // What is taken down follows from what was.
};

}  // namespace tidemark::engine
