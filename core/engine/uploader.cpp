#include "core/engine/uploader.h"

#include "core/ltx/header.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidemark::engine {
namespace {

// A step ends soon enough for its thread to serve other replicas.
constexpr std::size_t kSegmentsAStep = 16;

constexpr std::chrono::milliseconds kFirstPause{1000};
constexpr std::chrono::milliseconds kLongestPause{300'000};

/// Doubles with each failure; up to a quarter less, so that replicas do not retry in step.
std::chrono::milliseconds pauseAfter(int failures, Random& random)
{
    std::chrono::milliseconds pause = kFirstPause;
    for (int i = 1; i < failures && pause < kLongestPause; ++i) {
        pause = std::min(pause * 2, kLongestPause);
    }
    const auto spread = static_cast<std::uint64_t>(pause.count() / 4);
    return pause - std::chrono::milliseconds(random.next() % (spread + 1));
}

Error otherWriter()
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("engine", "Another process replicates into this replica.")},
            .next = {
                TIDEMARK_TEXT("engine", "Stop the other one, or give this database a new place.")}};
}

Result<Timestamp> timeOf(const ByteSource& segment)
{
    TIDEMARK_TRY(const auto reader, segment.open());
    ltx::HeaderBytes bytes{};
    std::size_t done = 0;
    while (done < bytes.size()) {
        TIDEMARK_TRY(const std::size_t got, reader->read(std::span(bytes).subspan(done)));
        if (got == 0) {
            break;
        }
        done += got;
    }
    TIDEMARK_TRY(const ltx::Header header, ltx::decodeHeader(std::span(bytes).first(done)));
    return header.createdAt;
}

ltx::TxId newestOf(const replica::Catalog& catalog)
{
    ltx::TxId newest;
    for (const replica::ObjectInfo& each : catalog.objects) {
        newest = std::max(newest, each.maxTxId);
    }
    return newest;
}

}  // namespace

Uploader::Uploader(Clock& clock, Random& random, Spool& spool, state::StateDb& state,
                   replica::LtxReplica& replica, std::string replicaId)
    : m_clock(clock),
      m_random(random),
      m_spool(spool),
      m_state(state),
      m_replica(replica),
      m_replicaId(std::move(replicaId))
{
    m_position.id = m_replicaId;
    m_standing = {.state = Protection::CatchingUp, .since = clock.now()};
}

Status Uploader::look(std::stop_token stop)
{
    const auto catalog = m_replica.readCatalog(stop);
    if (!catalog.ok()) {
        failed(catalog.error());
        return catalog.error();
    }
    const auto remembered = m_state.replica(m_replicaId);
    if (!remembered.ok()) {
        failed(remembered.error());
        return remembered.error();
    }
    m_newest = newestOf(catalog.value());
    const auto plan = replica::planRestore(catalog.value(), replica::Latest{});
    const ltx::TxId reached = plan.ok() ? plan.value().moment.txId : ltx::TxId();
    m_position = {.id = m_replicaId};
    if (remembered.value() && remembered.value()->base.value > 0) {
        // Fewer than were confirmed: somebody removed some, and what follows would hang in the air.
        if (reached >= remembered.value()->confirmed) {
            m_position = *remembered.value();
        }
    } else if (reached.value > 0 && reached == m_newest) {
        m_position.base = reached;
        m_position.confirmed = reached;
    }
    m_looked = true;
    succeeded();
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
    }
    m_newest = std::max(m_newest, txId);
    succeeded();
    return m_state.setReplica(m_position);
}

Result<bool> Uploader::step(std::stop_token stop)
{
    const bool isPausing = m_nextTry && m_clock.monotonic() < *m_nextTry;
    if (!m_looked || !hasBase() || isPausing || m_standing.state == Protection::Broken) {
        return false;
    }
    const auto waiting = m_spool.above(m_position.confirmed);
    const std::size_t count = std::min(waiting.size(), kSegmentsAStep);
    for (std::size_t i = 0; i < count; ++i) {
        // A hole: what lies behind it can only be reached from a new snapshot.
        if (waiting[i].txId.value != m_position.confirmed.value + 1) {
            m_position = {.id = m_replicaId};
            return false;
        }
        if (const Status uploaded = uploadOne(waiting[i], stop); !uploaded.ok()) {
            failed(uploaded.error());
            return uploaded.error();
        }
    }
    succeeded();
    return waiting.size() > count;
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
    m_standing.nextTry.reset();
    if (m_standing.state == Protection::Broken) {
        m_standing = {.state = Protection::CatchingUp, .since = m_clock.now()};
    }
}

Status Uploader::uploadOne(const SpooledSegment& segment, std::stop_token stop)
{
    const auto source = m_spool.source(segment.txId);
    TIDEMARK_TRY(const Timestamp time, timeOf(*source));
    TIDEMARK_TRY(
        const auto outcome,
        m_replica.put(replica::kSegmentLevel, {.minTxId = segment.txId, .maxTxId = segment.txId},
                      *source, time, stop));
    if (outcome == replica::PutOutcome::AlreadyThereDifferent) {
        return otherWriter();
    }
    m_position.confirmed = segment.txId;
    m_newest = std::max(m_newest, segment.txId);
    return m_state.setReplica(m_position);
}

void Uploader::failed(const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    const Protection state =
        error.code == ErrorCode::AlreadyExists ? Protection::Broken : Protection::Waiting;
    const Timestamp since = m_standing.state == state ? m_standing.since : m_clock.now();
    m_standing = {.state = state, .reason = error.what, .next = error.next, .since = since};
    m_nextTry.reset();
    if (state == Protection::Waiting) {
        const auto pause = pauseAfter(++m_failures, m_random);
        m_nextTry = m_clock.monotonic() + pause;
        m_standing.nextTry = m_clock.now() + pause;
    }
}

void Uploader::succeeded()
{
    m_failures = 0;
    m_nextTry.reset();
    const bool isCurrent = hasBase() && m_spool.above(m_position.confirmed).empty();
    const Protection state = isCurrent ? Protection::Protected : Protection::CatchingUp;
    const Timestamp since = m_standing.state == state ? m_standing.since : m_clock.now();
    m_standing = {.state = state, .since = since};
}

}  // namespace tidemark::engine
