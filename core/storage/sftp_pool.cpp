#include "core/storage/sftp_pool.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace tidemark::storage {
namespace {

using namespace std::chrono_literals;

// A connection that was silent for so long is asked whether it still lives: routers forget some
// after a minute or two, and do not tell.
constexpr auto kTrustedSilence = 30s;
constexpr auto kSignOfLifeLimit = 10s;
constexpr auto kLastServiceLimit = 1s;

// A call is done again once. A server that restarts takes a moment to listen again.
constexpr int kMaxRepeats = 1;
constexpr std::array kPauses{100ms, 400ms, 1000ms, 2000ms};

Error thrownAway()
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The connection to the server broke.")},
            .next = {TIDEMARK_TEXT("storage", "Check your network, and the server.")}};
}

}  // namespace

SftpPool::Lease::~Lease()
{
    if (m_session) {
        m_pool->giveBack(m_session);
    }
}

Result<SftpPool::Lease> SftpPool::borrow(const std::stop_token& stop)
{
    for (;;) {
        std::unique_lock lock(m_mutex);
        const auto idle = [this] { return std::ranges::find(m_slots, false, &Slot::isUsed); };
        const auto canMake = [this] { return m_slots.size() < kMaxSessions && !m_isMaking; };
        m_changed.wait(lock, stop, [&] { return idle() != m_slots.end() || canMake(); });
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto slot = idle();
        if (slot == m_slots.end()) {
            m_isMaking = true;
            lock.unlock();
            return makeAnother(stop);
        }
        slot->isUsed = true;
        const Clock::Instant lastUse = slot->lastUse;
        Lease lease(*this, slot->session);
        lock.unlock();
        const Status awake = wake(lease.session(), lastUse, stop);
        if (awake.ok()) {
            return lease;
        }
        if (awake.error().code == ErrorCode::Cancelled) {
            return cancelled();
        }
    }
}

Result<SftpPool::Lease> SftpPool::makeAnother(const std::stop_token& stop)
{
    auto made = m_make(stop);
    const std::scoped_lock lock(m_mutex);
    m_isMaking = false;
    m_changed.notify_all();
    if (!made.ok()) {
        return std::move(made).error();
    }
    m_slots.push_back({.session = made.value(), .isUsed = true});
    return Lease(*this, std::move(made).value());
}

/// Leaves it broken where it is of no more use.
Status SftpPool::wake(const std::shared_ptr<SftpSession>& session, Clock::Instant lastUse,
                      const std::stop_token& stop)
{
    if (session->hasEnded()) {
        session->abandon();
        return thrownAway();
    }
    TIDEMARK_TRY_STATUS(session->tidy(stop));
    if (m_clock.monotonic() - lastUse < kTrustedSilence) {
        return {};
    }
    session->setLimit(kSignOfLifeLimit);
    SftpFacts facts;
    auto answer = session->stat(".", SftpLinks::Follow, facts, stop);
    session->setLimit(kAnswerLimit);
    return answer.ok() ? Status() : Status(std::move(answer).error());
}

Result<SftpPool::Lease> SftpPool::borrow(const std::shared_ptr<SftpSession>& session,
                                         const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    const auto slot = [&] { return std::ranges::find(m_slots, session, &Slot::session); };
    m_changed.wait(lock, stop, [&] { return slot() == m_slots.end() || !slot()->isUsed; });
    if (stop.stop_requested()) {
        return cancelled();
    }
    if (slot() == m_slots.end()) {
        return thrownAway();
    }
    slot()->isUsed = true;
    return Lease(*this, session);
}

std::optional<SftpPool::Lease> SftpPool::borrowIdle()
{
    const std::scoped_lock lock(m_mutex);
    const auto slot = std::ranges::find(m_slots, false, &Slot::isUsed);
    if (slot == m_slots.end() || slot->session->hasEnded()) {
        return std::nullopt;
    }
    slot->isUsed = true;
    slot->session->setLimit(kLastServiceLimit);
    return Lease(*this, slot->session);
}

void SftpPool::giveBack(const std::shared_ptr<SftpSession>& session)
{
    std::shared_ptr<SftpSession> broken;  // Ends outside of the lock.
    session->setLimit(kAnswerLimit);
    {
        const std::scoped_lock lock(m_mutex);
        const auto slot = std::ranges::find(m_slots, session, &Slot::session);
        slot->isUsed = false;
        slot->lastUse = m_clock.monotonic();
        if (session->isBroken()) {
            broken = std::move(slot->session);
            m_slots.erase(slot);
        }
    }
    m_changed.notify_all();
}

/// Where one connection broke, the others most likely did, too.
void SftpPool::dropIdle()
{
    std::vector<Slot> dropped;
    const std::scoped_lock lock(m_mutex);
    for (auto slot = m_slots.begin(); slot != m_slots.end();) {
        if (!slot->isUsed) {
            slot->session->abandon();
            dropped.push_back(std::move(*slot));
            slot = m_slots.erase(slot);
        } else {
            ++slot;
        }
    }
}

Result<SftpPool::Lease> SftpPool::borrowAfterBreak(const std::stop_token& stop)
{
    dropIdle();
    for (const auto pause : kPauses) {
        auto lease = borrow(stop);
        if (lease.ok() || lease.error().code != ErrorCode::Unavailable) {
            return lease;
        }
        if (!m_clock.waitUntil(m_clock.monotonic() + pause, stop)) {
            return cancelled();
        }
    }
    return borrow(stop);
}

Status SftpPool::with(
    const std::stop_token& stop,
    const std::function<Status(const std::shared_ptr<SftpSession>& session, int before)>& step)
{
    for (int before = 0;; ++before) {
        TIDEMARK_TRY(const Lease lease, before == 0 ? borrow(stop) : borrowAfterBreak(stop));
        Status done = step(lease.session(), before);
        if (done.ok() || !lease.session()->isBroken() || before == kMaxRepeats ||
            done.error().code == ErrorCode::Cancelled) {
            return done;
        }
    }
}

}  // namespace tidemark::storage
