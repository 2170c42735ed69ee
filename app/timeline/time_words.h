#pragma once

#include "app/timeline/timeline_data.h"

#include <QDateTime>
#include <QLocale>
#include <QString>
#include <QTimeZone>

namespace tidemark::app::timeline {

/// How times, lengths and amounts are said. Pure but for the translations installed in the program.
struct Speech {
    QLocale locale = {};
    QTimeZone zone = QTimeZone::utc();
};

/// The moment in the zone of `speech`.
[[nodiscard]] QDateTime inZone(Millis ms, const Speech& speech);

/// "14:31:06.812"
[[nodiscard]] QString preciseTime(Millis ms, const Speech& speech);
/// "14:31:07"
[[nodiscard]] QString clockTime(Millis ms, const Speech& speech);
/// "14:31"
[[nodiscard]] QString shortTime(Millis ms, const Speech& speech);
/// "Thu 17 Sep"
[[nodiscard]] QString shortDay(Millis ms, const Speech& speech);
/// "Thu 17 Sep 2026"
[[nodiscard]] QString fullDay(Millis ms, const Speech& speech);
/// "CEST", or "UTC+2" where the zone has no short name.
[[nodiscard]] QString zoneName(Millis ms, const Speech& speech);

/// "12:31:06.812Z", with the date in front where it is another one there.
[[nodiscard]] QString preciseUtc(Millis ms, const Speech& speech);
/// "12:31:07Z"
[[nodiscard]] QString shortUtc(Millis ms);
/// "2026-09-17T12:31:06.812Z", which every command and most programs read.
[[nodiscard]] QString isoUtc(Millis ms);

/// "1 h 30 min", "9 s", "37 h", "0.188 s": two parts at most.
[[nodiscard]] QString length(Millis ms, const Speech& speech);
/// "22 min ago", "just now"
[[nodiscard]] QString age(Millis ms, Millis nowMs, const Speech& speech);

/// "18 KB", "612 MB", "1.6 MB"
[[nodiscard]] QString dataSize(std::uint64_t bytes, const Speech& speech);
[[nodiscard]] QString number(std::uint64_t value, const Speech& speech);

/// "13:25 – 14:55", "18 Aug – 17 Sep": a stretch as briefly as it is clear.
[[nodiscard]] QString stretch(Millis fromMs, Millis toMs, const Speech& speech);

}  // namespace tidemark::app::timeline
