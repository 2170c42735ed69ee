#include "app/cli/progress.h"

#include "app/cli/human.h"

namespace tidemark::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

/// A rate from less than this is a guess.
constexpr std::chrono::milliseconds kRateAfter{500};

}  // namespace

void ProgressLine::show(const std::string& what, std::uint64_t doneBytes, std::uint64_t totalBytes)
{
    if (!m_output.showsProgress()) {
        return;
    }
    const Clock::Instant now = m_clock.monotonic();
    if (what != m_what) {
        m_what = what;
        m_startedAt = now;
    } else if (now - m_drawnAt < kRedraw) {
        return;
    }
    m_drawnAt = now;
    m_output.progress(
        progressText(what, doneBytes, totalBytes,
                     std::chrono::duration_cast<std::chrono::milliseconds>(now - m_startedAt)));
}

std::string progressText(const std::string& what, std::uint64_t doneBytes, std::uint64_t totalBytes,
                         std::chrono::milliseconds elapsed)
{
    if (totalBytes == 0) {
        return what + " ...";
    }
    const double share = static_cast<double>(doneBytes) / static_cast<double>(totalBytes);
    std::string text = what + "  " + std::to_string(static_cast<int>(share * 100)) + " %  " +
                       humanBytes(doneBytes) + " of " + humanBytes(totalBytes);
    if (elapsed >= kRateAfter && doneBytes > 0) {
        const double rate =
            static_cast<double>(doneBytes) * 1000 / static_cast<double>(elapsed.count());
        const double left = static_cast<double>(totalBytes - doneBytes) * 1000 / rate;
        text += "  " + humanBytes(static_cast<std::uint64_t>(rate)) + "/s  " +
                humanDuration(std::chrono::milliseconds(static_cast<std::int64_t>(left))) + " left";
    }
    return text;
}

}  // namespace tidemark::cli
