#pragma once

#include "core/base/clock.h"
#include "core/service/slots.h"
#include "core/service/step_pool.h"

#include <array>

namespace tidemark::service {

/// Who works in one service, and how much of what at once: however many databases there are, the
/// threads are bounded. Any thread may use its parts. When it goes the steps go, with what they
/// hold: all that those use outlives it.
class EngineThreads {
public:
    // First, as steps give them back when they go.
    Slots wholeReads;        ///< Steps of sources that may read a whole, large database.
    Slots snapshots;         ///< Sources wait; by the place into which they are written.
    Slots smallSnapshots;    ///< Also, of what is no large database.
    Slots maintenanceSlots;  ///< Maintenance waits; by place.
    Slots drills;            ///< Drills wait; one at a time, wherever it is.

    StepPool capture;        ///< Steps of sources.
    StepPool uploads;        ///< Steps of replicas, by place.
    StepPool uploadHelpers;  ///< Uploads of a backlog, beside the one of the step itself.
    StepPool longWork;       ///< Snapshots and drills.
    StepPool maintenance;    ///< Compaction and later snapshots.
    StepPool jobs;           ///< What somebody at the screen waits for.

    /// `clock` outlives it. No thread is made before there is work.
    explicit EngineThreads(Clock& clock);
    ~EngineThreads();
    EngineThreads(const EngineThreads&) = delete;
    EngineThreads& operator=(const EngineThreads&) = delete;

    /// Waits for the steps that run, and calls no other. Not from within a step.
    void stop();

    /// The same, until `limit` at most. False: a step still runs, with all that it uses.
    [[nodiscard]] bool stopBy(Clock::Instant limit);

private:
    [[nodiscard]] std::array<StepPool*, 6> pools();
};

}  // namespace tidemark::service
