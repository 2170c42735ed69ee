#pragma once

#include "core/replica/pins.h"
#include "core/replica/v03_replica.h"
#include "core/restore/progress_meter.h"
#include "core/restore/restorer.h"
#include "core/restore/target_file.h"

#include <optional>
#include <stop_token>
#include <string>

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

    /// Fails as Restorer::restore() does.
    [[nodiscard]] Result<Restored> restore(const replica::Wish& wish);

    /// What was restored, or tried last.
    [[nodiscard]] const replica::RestorePlan& plan() const { return m_plan; }

    /// Of a 0.3 replica what was read, besides.
    [[nodiscard]] const std::optional<replica::LegacyPlan>& legacyPlan() const { return m_legacy; }

private:
    [[nodiscard]] Result<Restored> tryToRestore(const replica::Wish& wish);
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
};

}  // namespace tidemark::restore
