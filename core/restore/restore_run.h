#pragma once

#include "core/replica/damage.h"
#include "core/replica/pins.h"
#include "core/replica/v03_replica.h"
#include "core/restore/progress_meter.h"
#include "core/restore/restorer.h"
#include "core/restore/target_file.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::restore {

struct Expected;

/// Whether a restored file gets its name, or goes once it was checked.
enum class Ending { Publish, Discard };

/// One restore from its plan to its end: what Restorer and Verifier have in common. For one call.
class RestoreRun {
public:
    /// All that is borrowed outlives it. `target` is where the file is to be; to discard it, the
    /// name of any file in the folder to use. What of the replica is read stays pinned on `pins`,
    /// which may be null, as long as this lives.
    RestoreRun(const storage::Storage& storage, FileSystem& files, Random& random,
               std::string target, Check check, Ending ending, ProgressMeter& progress,
               replica::PinBoard* pins, std::stop_token stop);

    /// Objects that no plan goes over: they are known to be damaged.
    void avoid(replica::ObjectNames names) { m_avoided = std::move(names); }

    /// Besides, `check` has to go well before a file counts as restored.
    void checkAlso(std::function<Status()> check) { m_alsoCheck = std::move(check); }

    /// Fails as Restorer::restore() does. Where a plan meets damaged objects, another one is made
    /// that goes around them.
    [[nodiscard]] Result<Restored> restore(const replica::Wish& wish);

    /// Objects that turned out to be damaged, or of another history, on the way.
    [[nodiscard]] const std::vector<replica::ObjectInfo>& damaged() const { return m_damaged; }

    /// The moments that are left around one that damage takes away.
    [[nodiscard]] const replica::Nearest& nearest() const { return m_nearest; }

    /// What was restored, or tried last.
    [[nodiscard]] const replica::RestorePlan& plan() const { return m_plan; }

    /// Of a 0.3 replica what was read, besides.
    [[nodiscard]] const std::optional<replica::LegacyPlan>& legacyPlan() const { return m_legacy; }

private:
    [[nodiscard]] Result<Restored> tryToRestore(const replica::Wish& wish);
    [[nodiscard]] Result<Restored> tryUntilStill(const replica::Wish& wish);
    [[nodiscard]] Result<Restored> goAround(const Error& first);
    [[nodiscard]] bool learnDamage();
    void goAroundThis(const replica::ObjectInfo& object);
    [[nodiscard]] Error withNearest(Error error);
    [[nodiscard]] Status plan(const replica::Wish& wish);
    [[nodiscard]] Status pin();
    [[nodiscard]] Result<Restored> restoreLtx();
    [[nodiscard]] Result<Restored> restoreLegacy();
    [[nodiscard]] Result<Restored> finish(TargetFile target, replica::Moment moment,
                                          const Expected& expected);

    const storage::Storage& m_storage;
    FileSystem& m_files;
    Random& m_random;
    const std::string m_target;
    const Check m_check;
    const Ending m_ending;
    ProgressMeter& m_progress;
    replica::PinBoard* const m_pins;
    const std::stop_token m_stop;
    replica::RestorePlan m_plan;
    std::optional<replica::LegacyPlan> m_legacy;
    std::optional<replica::PinBoard::Pin> m_pin;  // Of the plan's objects.
    bool m_hasVanished = false;                   // What the last try was to read.
    bool m_isRefused = false;                     // It is being deleted.
    replica::ObjectNames m_avoided;
    replica::ObjectNames m_whole;  // Read from start to end to find damage, and right.
    std::vector<replica::ObjectInfo> m_damaged;
    replica::Nearest m_nearest;
    std::function<Status()> m_alsoCheck;
};

}  // namespace tidemark::restore
