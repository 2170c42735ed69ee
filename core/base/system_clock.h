#pragma once

#include "core/base/clock.h"

namespace tidemark {

/// The computer's own time.
class SystemClock final : public Clock {
public:
    using Clock::waitUntil;

    [[nodiscard]] Timestamp now() const override;
    [[nodiscard]] Instant monotonic() const override;
    [[nodiscard]] WaitEnd waitUntil(Instant deadline, std::stop_token stop,
                                    Wakeup& wakeup) override;
};

}  // namespace tidemark
