#pragma once

#include "app/timeline/time_words.h"
#include "app/timeline/timeline_layout.h"
#include "core/service/service.h"

#include <QString>

namespace tidemark::app::timeline {

/// What the panel says of the held moment. Pure.
struct MomentWords {
    QString number = {};
    QString time = {};
    QString date = {};
    QString utc = {};
    QString asked = {};
    QString age = {};
    QString description = {};

    bool operator==(const MomentWords&) const = default;
};
[[nodiscard]] MomentWords wordsFor(const TimelineData& data, const HeldMoment& held, Millis nowMs,
                                   const Speech& speech);

/// What one look into the replica adds to it.
struct FactWords {
    QString pages = {};
    QString data = {};
    QString database = {};

    bool operator==(const FactWords&) const = default;
};
[[nodiscard]] FactWords wordsFor(const service::MomentFacts& facts, const Speech& speech);

/// What is known without that look.
[[nodiscard]] FactWords wordsFor(const MomentRow& row, const Speech& speech);

}  // namespace tidemark::app::timeline
