// How an Uploader brings segments into its replica, several at once.

#include "core/engine/damage_book.h"
#include "core/engine/refusals.h"
#include "core/engine/segment_batch.h"
#include "core/engine/uploader.h"
#include "core/ltx/file_pages.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace tidemark::engine {
namespace {

// Most of an upload is waiting for the storage, a sync or an answer; more at once than this gain
// little. Of large ones fewer: they wait for the line.
constexpr std::size_t kAtOnce = 4;
constexpr std::uint64_t kAtOnceBytes = std::uint64_t{32} << 20;

// What takes less is no waiting: to hand it to other threads would take as long.
constexpr std::chrono::milliseconds kWorthHelp{1};

// The last segment has a file of its own: Litestream 0.5 looks for it under the name of that one
// transaction when it goes on in a replica.
constexpr std::size_t kWorthBatch = 3;

/// Whether a segment could not be read from the spool, as opposed to what a storage says.
bool isLost(const Error& error)
{
    return error.code == ErrorCode::NotFound || error.code == ErrorCode::Damaged;
}

}  // namespace

/// Some of `waiting`, from the first; how many. 0: the spool has lost the first of them.
Result<std::size_t> Uploader::uploadNext(std::span<const SpooledSegment> waiting,
                                         const std::stop_token& stop)
{
    if (waiting.front().txId.value != m_position.confirmed.value + 1) {
        return 0;
    }
    TIDEMARK_TRY(const bool isThere, isThereAlone(waiting.front().txId, stop));
    if (isBatching() && waiting.size() >= kWorthBatch && !isThere) {
        return uploadBatch(waiting.first(waiting.size() - 1), stop);
    }
    const std::size_t count = isThere ? 1 : countAtOnce(waiting);
    TIDEMARK_TRY(const Upload uploaded, uploadAtOnce(waiting.first(count), stop));
    return uploaded == Upload::Done ? count : 0;
}

/// Asked once behind each look: what was written when its answer was lost, or when we were ended,
/// is compared and not overlapped by a batch.
Result<bool> Uploader::isThereAlone(ltx::TxId next, const std::stop_token& stop)
{
    if (!isBatching() || !m_mayBeThere) {
        return false;
    }
    TIDEMARK_TRY(const auto found, m_replica.storage().find(replica::segmentAt(next).name, stop));
    m_mayBeThere = false;
    return found.has_value();
}

/// As many as fit into one file, as one.
Result<std::size_t> Uploader::uploadBatch(std::span<const SpooledSegment> waiting,
                                          const std::stop_token& stop)
{
    const auto batch = SegmentBatch::of(m_spool, waiting, m_replica.storage(), stop);
    if (!batch.ok()) {
        return isLost(batch.error()) ? Result<std::size_t>(0) : batch.error();
    }
    const SegmentBatch& made = *batch.value();
    std::array<Attempt, 1> attempts{Attempt{.range = made.range(), .time = made.time()}};
    if (made.count() > 1) {
        stage(attempts.front(), made.file(), stop);
        attempts.front().sizeBytes = made.sizeBytes();
    }
    const bool isUnread = attempts.front().failure && isLost(*attempts.front().failure);
    if (made.count() == 1 || isUnread) {
        // As it is; what is wrong with one of several is found with that one.
        attempts.front() = stage(waiting.front(), stop);
    }
    TIDEMARK_TRY(const Upload uploaded, publish(attempts, stop));
    TIDEMARK_TRY_STATUS(m_state.setReplica(m_position));
    const ltx::TxRange range = attempts.front().range;
    return uploaded == Upload::Done ? range.maxTxId.value - range.minTxId.value + 1 : 0;
}

/// How many of `waiting` are uploaded together: those that follow what is confirmed, and each
/// other. Behind a failure one, to see whether it goes well again; and one where the storage is
/// quick.
std::size_t Uploader::countAtOnce(std::span<const SpooledSegment> waiting) const
{
    const bool isOne = m_failures > 0 || m_lastTook < kWorthHelp;
    const std::size_t most = isOne ? 1 : std::min(waiting.size(), kAtOnce);
    std::uint64_t bytes = 0;
    std::size_t count = 0;
    while (count < most) {
        const bool isNext = waiting[count].txId.value == m_position.confirmed.value + 1 + count;
        bytes += waiting[count].sizeBytes;
        if (!isNext || (count > 0 && bytes > kAtOnceBytes)) {
            break;
        }
        ++count;
    }
    return count;
}

/// Their bytes travel at the same time, and then they appear one behind the other.
Result<Uploader::Upload> Uploader::uploadAtOnce(std::span<const SpooledSegment> segments,
                                                const std::stop_token& stop)
{
    std::vector<Attempt> attempts(segments.size());
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        tasks.emplace_back([this, &attempt = attempts[i], &segment = segments[i], &stop] {
            attempt = stage(segment, stop);
        });
    }
    const Clock::Instant begun = m_clock.monotonic();
    tasks.size() == 1 ? tasks.front()() : m_runAll(tasks);
    const ltx::TxId before = m_position.confirmed;
    auto outcome = publish(attempts, stop);
    m_lastTook = m_clock.monotonic() - begun;
    if (m_position.confirmed != before) {
        TIDEMARK_TRY_STATUS(m_state.setReplica(m_position));
    }
    return outcome;
}

/// On any thread.
Uploader::Attempt Uploader::stage(const SpooledSegment& segment, const std::stop_token& stop) const
{
    Attempt attempt{.range = {segment.txId, segment.txId},
                    .sizeBytes = segment.sizeBytes,
                    .source = m_spool.source(segment.txId)};
    auto header = ltx::readHeader(*attempt.source);
    if (!header.ok()) {
        if (!isLost(header.error())) {
            attempt.failure = std::move(header).error();
        }
        return attempt;
    }
    attempt.time = header.value().createdAt;
    stage(attempt, *attempt.source, stop);
    return attempt;
}

/// On any thread.
void Uploader::stage(Attempt& attempt, const ByteSource& file, const std::stop_token& stop) const
{
    // One is for one thread.
    replica::LtxReplica replica = m_replica;
    auto staged = replica.stage(replica::kSegmentLevel, attempt.range, file, attempt.time, stop);
    if (staged.ok()) {
        attempt.staged = std::move(staged).value();
    } else {
        attempt.failure = std::move(staged).error();
    }
}

/// Up to the first one that is not ready, or cannot appear.
Result<Uploader::Upload> Uploader::publish(std::span<const Attempt> attempts,
                                           const std::stop_token& stop)
{
    std::vector<const replica::StagedFile*> ready;
    for (std::size_t i = 0; i < attempts.size() && attempts[i].staged; ++i) {
        ready.push_back(&*attempts[i].staged);
    }
    std::size_t done = 0;
    while (done < ready.size()) {
        const auto published = m_replica.publish(std::span(ready).subspan(done), stop);
        for (const std::size_t end = done + published.count; done < end; ++done) {
            confirm(attempts[done]);
        }
        if (published.failure) {
            return suspected(attempts[done].range, *published.failure);
        }
        if (done < ready.size()) {
            if (const Status known = requireKnownDamage(attempts[done].range, stop); !known.ok()) {
                return suspected(attempts[done].range, known.error());
            }
            confirm(attempts[done]);
            ++done;
        }
    }
    if (done == attempts.size()) {
        return Upload::Done;
    }
    const Attempt& next = attempts[done];
    return next.failure ? Result<Upload>(suspected(next.range, *next.failure))
                        : Upload::SegmentLost;
}

/// Takes note of it where the fault is in the bytes of what is there in its place.
Error Uploader::suspected(ltx::TxRange range, const Error& error)
{
    m_suspect =
        replica::isOfObject(error) ? std::optional(replica::segmentOf(range)) : std::nullopt;
    return toWriters(error);
}

/// Whether it can be remembered or not: it is there, and none comes in its place.
void Uploader::confirm(const Attempt& attempt)
{
    m_position.confirmed = attempt.range.maxTxId;
    m_newest = std::max(m_newest, attempt.range.maxTxId);
    if (m_listener.written) {
        replica::ObjectInfo object = replica::segmentOf(attempt.range);
        object.time = attempt.time;
        object.precision = replica::TimePrecision::Exact;
        object.sizeBytes = attempt.sizeBytes;
        m_listener.written(object);
    }
}

/// Of a segment that is there with other bytes. One that we wrote and forgot may have been damaged
/// since: then nobody else wrote it, and once that is known the spool stands for it.
Status Uploader::requireKnownDamage(ltx::TxRange range, const std::stop_token& stop) const
{
    const replica::ObjectInfo there = replica::segmentOf(range);
    TIDEMARK_TRY(const auto known, m_damage.found());
    if (known.contains(there.name)) {
        return {};
    }
    const Status read = replica::checkObject(m_replica.storage(), there, stop);
    // A version that we do not know is not ours either.
    return read.ok() || read.error().code == ErrorCode::Unsupported ? Status(otherWriter()) : read;
}

}  // namespace tidemark::engine
