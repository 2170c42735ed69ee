#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/engine/damage.h"
#include "core/engine/spool.h"
#include "core/replica/damage.h"
#include "core/state/state_db.h"
#include "core/storage/storage.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// What came of reading objects that might be damaged.
enum class Inspection {
    Nothing,    ///< All are whole and fit, or it could not be found out.
    Suspected,  ///< One was read as damaged for the first time: ask again after kSecondRead.
    Known,      ///< The damage was known, but the spool has lost since what stood for it.
    News,       ///< It is remembered from now on.
};

/// Who suspects objects.
enum class Suspecting {
    Reader,  ///< Whoever reads the replica alone.
    Merge,   ///< A merge, which takes segments from the spool as well where it may.
};

/// One bad read condemns nothing: a cable or a share may have failed for a moment. Whoever found an
/// object damaged reads it once more after so long.
inline constexpr std::chrono::seconds kSecondRead{60};

/// Which objects of one replica were found damaged, or to be of another history
/// (replica::straysOf). They stay where they are, and from then on are neither read nor counted on,
/// until they turn out to be whole and no strays. Lost with the state of the database, it is found
/// anew. Any thread.
class DamageBook {
public:
    /// All outlive it.
    DamageBook(Clock& clock, state::StateDb& state, const Spool& spool, std::string replicaId);

    /// All that were found: their names stay taken.
    [[nodiscard]] Result<replica::ObjectNames> found() const;

    /// Objects to do without: all that were found, but segments that the spool still holds whole.
    /// These are read, and those left out of which a merge could not use the spool's copy, since it
    /// may be another transaction.
    [[nodiscard]] Result<replica::ObjectNames> missing() const;

    /// Reads each of `suspects` from start to end, and takes down those that are damaged, or where
    /// none is, are strays, for the second time. Known ones that the spool does not hold any more
    /// count as not mended again. So do the known ones of a merge that failed for the second time
    /// with nothing else damaged: the spool's copies are no good for it, and they are missing until
    /// a restart. Fails as replica::damagedOf() and straysOf() do.
    [[nodiscard]] Result<Inspection> inspect(const storage::Storage& storage,
                                             std::span<const replica::ObjectInfo> suspects,
                                             Suspecting who, const std::stop_token& stop);

    /// What was read as damaged once, also before a restart: to be inspected kSecondRead later.
    [[nodiscard]] std::vector<replica::ObjectInfo> suspected();

    /// Lists the replica; where it leads to `upTo` without any object that was found, those of
    /// `names`, which whoever looked at it did without, are mended: each moment from now on can be
    /// restored. Takes down which moments are lost in the end. Whether any was mended by that.
    /// Fails as the storage does.
    [[nodiscard]] Result<bool> mended(const storage::Storage& storage,
                                      const replica::ObjectNames& names, ltx::TxId upTo,
                                      const std::stop_token& stop);

    /// A base was written; what is not mended is why.
    [[nodiscard]] Status noteBase();

    /// Reads again what was found, all of it or what has another size or time since, and drops what
    /// is whole and no stray; whether anything was. Fails as the storage does.
    [[nodiscard]] Result<bool> readAgain(const storage::Storage& storage, bool all,
                                         const std::stop_token& stop);

    /// Empty when there is none.
    [[nodiscard]] Result<std::optional<Damage>> damage() const;

private:
    [[nodiscard]] Result<bool> dropWhole(const storage::Storage& storage,
                                         std::vector<replica::ObjectInfo> objects,
                                         const std::stop_token& stop);
    // With m_writing held.
    void rememberSuspected();
    [[nodiscard]] bool setAsideSuspected(std::span<const replica::ObjectInfo> read,
                                         std::vector<replica::ObjectInfo>& damaged);
    [[nodiscard]] Status takeDownNews(const storage::Storage& storage,
                                      const std::vector<replica::ObjectInfo>& damaged,
                                      replica::ObjectNames known, const std::stop_token& stop);
    [[nodiscard]] Status takeDown(std::vector<state::DamagedObject> objects,
                                  const replica::Catalog& before, const replica::Catalog& after);
    [[nodiscard]] Result<bool> missAgain(std::span<const replica::ObjectInfo> suspects);

    [[nodiscard]] bool distrustSpool(std::span<const replica::ObjectInfo> suspects,
                                     const replica::ObjectNames& known);
    [[nodiscard]] replica::ObjectNames distrusted() const;
    [[nodiscard]] bool isWholeInSpool(const std::string& name) const;

    Clock& m_clock;
    state::StateDb& m_state;
    const Spool& m_spool;
    const std::string m_replicaId;
    std::mutex m_writing;  // What is taken down follows from what was. Guards the next three, too.
    std::map<std::string, Clock::Instant> m_suspected;  // When each was first read as damaged.
    replica::ObjectNames m_rememberedSuspected;         // In the state.
    std::map<std::string, Clock::Instant>
        m_failedMerges;  // Known, of a merge that failed first then.

    mutable std::mutex m_distrustedMutex;  // Guards what follows; taken after m_writing.
    replica::ObjectNames m_distrusted;     // Of which the spool's copy was no good.
};

}  // namespace tidemark::engine
