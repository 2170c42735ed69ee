#include "core/restore/restorer.h"

#include "core/restore/restore_run.h"

#include <utility>

namespace tidemark::restore {

Restorer::Restorer(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
                   replica::PinBoard* pins)
    : m_storage(storage), m_files(files), m_clock(clock), m_random(random), m_pins(pins)
{
}

Result<Restored> Restorer::restore(const Request& request, const OnProgress& progress,
                                   std::stop_token stop)
{
    const Clock::Instant start = m_clock.monotonic();
    ProgressMeter meter(m_clock, progress);
    RestoreRun run(m_storage, m_files, m_random, request.target, request.check, Ending::Publish,
                   meter, m_pins, std::move(stop));
    auto outcome = run.restore(request.wish);
    m_tried = run.plan().moment;
    m_nearest = run.nearest();
    TIDEMARK_TRY(Restored restored, std::move(outcome));
    meter.finish();
    restored.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
    return restored;
}

}  // namespace tidemark::restore
