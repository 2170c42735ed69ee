#include "core/restore/verifier.h"

#include "core/base/hash.h"
#include "core/replica/damage.h"
#include "core/restore/legacy_writer.h"
#include "core/restore/parallel.h"
#include "core/restore/restore_run.h"

#include <utility>
#include <vector>

namespace tidemark::restore {
namespace {

constexpr int kNameDigits = 16;

}  // namespace

Verifier::Verifier(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
                   replica::PinBoard* pins)
    : m_storage(storage), m_files(files), m_clock(clock), m_random(random), m_pins(pins)
{
}

Result<Verified> Verifier::verify(const replica::Wish& wish, const std::string& folder, Check check,
                                  const OnProgress& progress, const std::stop_token& stop)
{
    const Clock::Instant start = m_clock.monotonic();
    ProgressMeter meter(m_clock, progress);
    RestoreRun run(m_storage, m_files, m_random, folder + '/' + hex(m_random.next(), kNameDigits),
                   check, Ending::Discard, meter, m_pins, stop);
    Verified verified;
    run.avoid(m_avoided);
    run.checkAlso([&] { return checkObjects(run, meter, stop, verified); });
    auto restored = run.restore(wish);
    m_tried = run.plan().moment;
    m_nearest = run.nearest();
    m_damaged = run.damaged();
    TIDEMARK_TRY(verified.restored, std::move(restored));
    meter.finish();
    verified.restored.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.monotonic() - start);
    return verified;
}

Status Verifier::checkObjects(const RestoreRun& run, ProgressMeter& meter,
                              const std::stop_token& stop, Verified& verified) const
{
    if (const auto& legacy = run.legacyPlan()) {
        // All of them were read whole, and their checksums verified, to restore.
        verified.objects = static_cast<std::uint32_t>(1 + legacy->parts.size());
        verified.bytes = bytesToRead(*legacy);
        return {};
    }
    const std::vector<replica::ObjectInfo>& objects = run.plan().objects;
    meter.expect(run.plan().bytes);
    const auto checkOne = [&](unsigned, std::size_t index) -> Status {
        TIDEMARK_TRY_STATUS(replica::checkObject(m_storage, objects[index], stop));
        meter.add(objects[index].sizeBytes);
        return {};
    };
    TIDEMARK_TRY_STATUS(parallelFor(restoreThreads(m_storage), objects.size(), checkOne));
    verified.objects = static_cast<std::uint32_t>(objects.size());
    verified.bytes = run.plan().bytes;
    return {};
}

}  // namespace tidemark::restore
