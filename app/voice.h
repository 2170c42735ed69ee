#pragma once

#include "app/timeline/time_words.h"
#include "core/base/clock.h"

#include <utility>

namespace tidemark::app {

/// What every text that tells a time needs: what time it is, and in which zone and language it is
/// said. For the GUI thread.
class Voice {
public:
    /// `clock` outlives the voice.
    explicit Voice(const Clock& clock) : m_clock(clock) {}

    [[nodiscard]] const Clock& clock() const { return m_clock; }
    [[nodiscard]] Timestamp now() const { return m_clock.now(); }
    [[nodiscard]] const timeline::Speech& speech() const { return m_speech; }
    void setSpeech(timeline::Speech speech) { m_speech = std::move(speech); }

private:
    const Clock& m_clock;
    timeline::Speech m_speech;
};

}  // namespace tidemark::app
