#pragma once

#include "core/base/clock.h"
#include "core/storage/sftp_session.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace tidemark::storage {

/// How many connections to one server there are at once. Servers as a rule let ten come in that are
/// not logged in yet, and each one costs them a process.
inline constexpr std::size_t kMaxSessions = 4;

/// The sessions with one server: made when they are needed, kept for the next call, thrown away
/// when they break. Any thread may use it.
class SftpPool {
public:
    /// Makes a session; never called by two threads at once.
    using Make = std::function<Result<std::shared_ptr<SftpSession>>(const std::stop_token& stop)>;

    /// `clock` must outlive it.
    SftpPool(Clock& clock, Make make) : m_clock(clock), m_make(std::move(make)) {}

    /// A session that nobody else uses meanwhile.
    class Lease {
    public:
        Lease(SftpPool& pool, std::shared_ptr<SftpSession> session)
            : m_pool(&pool), m_session(std::move(session))
        {
        }
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

        [[nodiscard]] const std::shared_ptr<SftpSession>& session() const { return m_session; }

    private:
        SftpPool* m_pool;
        std::shared_ptr<SftpSession> m_session;  // Shared with files that are open. Empty: moved.
    };

    /// Any session. Hold it for one step, and never while waiting for anything else. Blocks until
    /// one is free or made; fails as making one does, and with Cancelled.
    [[nodiscard]] Result<Lease> borrow(const std::stop_token& stop);

    /// That session, or Unavailable when it has been thrown away.
    [[nodiscard]] Result<Lease> borrow(const std::shared_ptr<SftpSession>& session,
                                       const std::stop_token& stop);

    /// One that is idle now, for a last service within a second; empty where none is.
    [[nodiscard]] std::optional<Lease> borrowIdle();

    /// Does `step` over a session. Where the connection breaks, it is done again from its start
    /// over a fresh one, so it must be one that may happen twice; a server that restarts gets some
    /// seconds for it. `step` is told how often it was tried before.
    [[nodiscard]] Status with(
        const std::stop_token& stop,
        const std::function<Status(const std::shared_ptr<SftpSession>& session, int before)>& step);

private:
    struct Slot {
        std::shared_ptr<SftpSession> session = {};  // Shared with files that are open.
        bool isUsed = false;
        Clock::Instant lastUse = {};
    };

    [[nodiscard]] Result<Lease> makeAnother(const std::stop_token& stop);
    [[nodiscard]] Result<Lease> borrowAfterBreak(const std::stop_token& stop);
    [[nodiscard]] Status wake(const std::shared_ptr<SftpSession>& session, Clock::Instant lastUse,
                              const std::stop_token& stop);
    void dropIdle();
    void giveBack(const std::shared_ptr<SftpSession>& session);

    Clock& m_clock;
    Make m_make;
    std::mutex m_mutex;  // Guards what follows.
    std::condition_variable_any m_changed;
    std::vector<Slot> m_slots;
    bool m_isMaking = false;
};

}  // namespace tidemark::storage
