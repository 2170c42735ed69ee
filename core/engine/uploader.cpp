#include "core/engine/uploader.h"

#include "core/base/back_off.h"
#include "core/engine/segment_batch.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace tidemark::engine {
namespace {

// A step ends soon enough for its thread to serve other replicas.
constexpr std::size_t kSegmentsAStep = 16;

constexpr std::chrono::milliseconds kFirstPause{1000};
constexpr std::chrono::milliseconds kLongestPause{300'000};

/// Doubles with each failure; up to a quarter less, so that replicas do not retry in step.
std::chrono::milliseconds pauseAfter(int failures, Random& random)
{
    const auto pause = doubled(kFirstPause, failures - 1, kLongestPause);
    const auto spread = static_cast<std::uint64_t>(pause.count() / 4);
    return pause - std::chrono::milliseconds(random.next() % (spread + 1));
}

}  // namespace

Uploader::Uploader(Clock& clock, Random& random, Spool& spool, state::StateDb& state,
                   const DamageBook& damage, replica::LtxReplica& replica, std::string replicaId,
                   MayAdopt mayAdopt)
    : m_clock(clock),
      m_random(random),
      m_spool(spool),
      m_state(state),
      m_damage(damage),
      m_replica(replica),
      m_replicaId(std::move(replicaId)),
      m_mayAdopt(std::move(mayAdopt))
{
    m_position.id = m_replicaId;
    m_standing = {.state = Protection::CatchingUp, .since = clock.now()};
}

Status Uploader::look(const std::stop_token& stop)
{
    Status compared = compare(stop);
    if (!compared.ok()) {
        failed(compared.error());
        return compared;
    }
    succeeded(false);
    return {};
}

bool Uploader::looked() const
{
    return m_looked;
}

ltx::TxId Uploader::newest() const
{
    return m_newest;
}

bool Uploader::hasBase() const
{
    return m_position.base.value > 0;
}

Status Uploader::baseWritten(ltx::TxId txId)
{
    if (!hasBase() || txId > m_position.confirmed) {
        m_position.base = txId;
        m_position.confirmed = txId;
        m_sameAbove = txId;
        m_baseAbove = {};
        m_end.reset();
    }
    m_newest = std::max(m_newest, txId);
    succeeded(false);
    return m_state.setReplica(m_position);
}

Result<bool> Uploader::step(ltx::TxId captured, const std::stop_token& stop)
{
    m_heldUntil.reset();
    if (m_foreign) {
        return *m_foreign;
    }
    const bool isPausing = m_nextTry && m_clock.monotonic() < *m_nextTry;
    if (!m_looked || !hasBase() || isPausing) {
        return false;
    }
    // One more tells whether more waits.
    const std::size_t most = isBatching() ? ltx::kMaxMergeInputs : kSegmentsAStep;
    const auto waiting = m_spool.above(m_position.confirmed, most + 1);
    const auto now = std::span(waiting).first(std::min(waiting.size(), most));
    if (isHeld(waiting)) {
        succeeded(true);
        return false;
    }
    // What the replica lacks was removed from the spool, or its file was.
    bool isLacking = waiting.empty() && m_position.confirmed < captured;
    if (!waiting.empty()) {
        const auto follows = followsEnd(waiting.front(), stop);
        if (!follows.ok()) {
            failed(follows.error());
            return follows.error();
        }
        isLacking = !follows.value();
    }
    if (!now.empty()) {
        m_lastBatchAt = m_clock.monotonic();
    }
    std::size_t done = 0;
    // The next batch is another step's: others have their turn before it.
    for (bool isTurnOver = false; done < now.size() && !isLacking && !isTurnOver;) {
        const auto uploaded = uploadNext(now.subspan(done), stop);
        if (!uploaded.ok()) {
            failed(uploaded.error());
            return uploaded.error();
        }
        isLacking = uploaded.value() == 0;
        done += uploaded.value();
        isTurnOver = isBatching() && now.size() - done > 1;
    }
    if (isLacking) {
        loseBase();
        return false;
    }
    m_isHurried = waiting.size() > done;
    succeeded(!m_isHurried);
    return m_isHurried;
}

/// Too much to wait with goes at once, and so does what a step began and did not get done. What
/// lies behind a hole is not waited with.
bool Uploader::isHeld(std::span<const SpooledSegment> waiting)
{
    const Clock::Instant due = m_lastBatchAt.value_or(m_clock.monotonic()) + m_interval;
    const bool isNext =
        !waiting.empty() && waiting.front().txId.value == m_position.confirmed.value + 1;
    if (!isBatching() || m_isHurried || !isNext || !m_lastBatchAt ||
        waiting.size() > ltx::kMaxMergeInputs || m_clock.monotonic() >= due) {
        return false;
    }
    std::uint64_t bytes = 0;
    for (const SpooledSegment& each : waiting) {
        bytes += each.sizeBytes;
    }
    if (bytes < SegmentBatch::kMaxBytes) {
        m_heldUntil = due;
    }
    return m_heldUntil.has_value();
}

/// What lies behind a hole can only be reached from a new snapshot.
void Uploader::loseBase()
{
    m_position = {.id = m_replicaId};
    m_sameAbove = {};
    m_end.reset();
    succeeded(false);
}

ltx::TxId Uploader::confirmed() const
{
    return m_position.confirmed;
}

const Standing& Uploader::standing() const
{
    return m_standing;
}

std::optional<Clock::Instant> Uploader::nextTry() const
{
    return m_nextTry;
}

void Uploader::retryNow()
{
    m_failures = 0;
    m_nextTry.reset();
    m_isHurried = true;
    m_standing.nextTry.reset();
    if (m_foreign) {
        m_foreign.reset();
        m_looked = false;
        m_standing = {.state = Protection::CatchingUp, .since = m_clock.now()};
    }
}

void Uploader::failed(const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    m_lastBatchAt.reset();
    m_heldUntil.reset();
    const bool isForeign = error.code == ErrorCode::AlreadyExists;
    const Protection state = isForeign ? Protection::Broken : Protection::Waiting;
    const Timestamp since = m_standing.state == state ? m_standing.since : m_clock.now();
    m_standing = {.state = state, .reason = error.what, .next = error.next, .since = since};
    m_nextTry.reset();
    if (isForeign) {
        // It says nothing that anybody else has to wait for.
        m_foreign = error;
        m_looked = true;
        return;
    }
    const auto pause = pauseAfter(++m_failures, m_random);
    m_nextTry = m_clock.monotonic() + pause;
    m_standing.nextTry = m_clock.now() + pause;
}

void Uploader::succeeded(bool isCurrent)
{
    m_failures = 0;
    m_nextTry.reset();
    const Protection state = isCurrent ? Protection::Protected : Protection::CatchingUp;
    const Timestamp since = m_standing.state == state ? m_standing.since : m_clock.now();
    m_standing = {.state = state, .since = since};
}

}  // namespace tidemark::engine
