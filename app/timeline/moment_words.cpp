#include "app/timeline/moment_words.h"

#include "app/text/translated.h"
#include "app/timeline/timeline_text.h"

#include <algorithm>

namespace tidemark::app::timeline {
namespace {

QString askedFor(Millis asked, Millis found, const Speech& speech)
{
    if (asked == found) {
        return {};
    }
    const QString time = preciseTime(asked, speech);
    return found < asked ? Text::tr("Asked for %1; this moment is %2 earlier")
                               .arg(time, length(asked - found, speech))
                         : Text::tr("Asked for %1; this moment is %2 later")
                               .arg(time, length(found - asked, speech));
}

/// The gap that begins with the moment; null without one.
const GapSpan* gapBehind(const TimelineData& data, std::size_t index)
{
    const Millis ms = data.shownMs(index);
    const bool isLastThere = index + 1 == data.count() || data.shownMs(index + 1) > ms;
    const auto behind = std::ranges::upper_bound(data.gaps(), ms, {}, &GapSpan::fromMs);
    if (!isLastThere || behind == data.gaps().begin()) {
        return nullptr;
    }
    const GapSpan& gap = *std::prev(behind);
    // One without a length lies before the moment, but for the history's end.
    const bool begins = gap.fromMs == ms && (gap.isTail || gap.toMs > ms);
    return begins ? &gap : nullptr;
}

/// What a hatch behind the moment shows to the eye.
QString gapWords(const GapSpan& gap, const Speech& speech)
{
    const Millis lasted = gap.toMs - gap.fromMs;
    const QString lost =
        lasted > 0 ? Text::tr("Behind it, %1 cannot be restored.").arg(length(lasted, speech))
                   : Text::tr("What lies behind it cannot be restored.");
    return Text::tr("%1 %2", "two sentences").arg(lost, translated(gap.reason)).trimmed();
}

}  // namespace

MomentWords wordsFor(const TimelineData& data, const HeldMoment& held, Millis nowMs,
                     const Speech& speech)
{
    const MomentRow row = data.row(held.index);
    MomentWords words{.number = number(row.number, speech),
                      .time = preciseTime(row.shownMs, speech),
                      .utc = preciseUtc(row.shownMs, speech),
                      .asked = askedFor(held.askedMs, row.shownMs, speech),
                      .age = age(row.shownMs, nowMs, speech)};
    words.date =
        Text::tr("%1 · %2", "day, time in UTC").arg(fullDay(row.shownMs, speech), words.utc);
    words.description = Text::tr("Moment %1, %2 %3, %4, %5", "number, day, time, zone, age")
                            .arg(words.number, fullDay(row.shownMs, speech), words.time,
                                 zoneName(row.shownMs, speech), words.age);
    if (const GapSpan* const gap = gapBehind(data, held.index)) {
        words.description = Text::tr("%1. %2", "description of a moment, of a gap behind it")
                                .arg(words.description, gapWords(*gap, speech));
    }
    return words;
}

FactWords wordsFor(const service::MomentFacts& facts, const Speech& speech)
{
    if (facts.databasePages == 0 || facts.pageSizeBytes == 0) {
        // A part of a WAL says nothing of the whole.
        return {.data = Text::tr("stored as %1").arg(dataSize(facts.storedBytes, speech))};
    }
    const std::uint32_t pages = facts.moment.pages.value_or(0);
    const std::uint64_t bytes = static_cast<std::uint64_t>(pages) * facts.pageSizeBytes;
    const std::uint64_t database =
        static_cast<std::uint64_t>(facts.databasePages) * facts.pageSizeBytes;
    return {.pages = Text::tr("%1 of %2", "pages changed, pages of the database")
                         .arg(number(pages, speech), number(facts.databasePages, speech)),
            .data = Text::tr("%1, stored as %2")
                        .arg(dataSize(bytes, speech), dataSize(facts.storedBytes, speech)),
            .database = dataSize(database, speech)};
}

FactWords wordsFor(const MomentRow& row, const Speech& speech)
{
    FactWords words;
    if (row.pages) {
        words.pages = number(*row.pages, speech);
    }
    words.data = Text::tr("stored as %1").arg(dataSize(row.bytes, speech));
    return words;
}

}  // namespace tidemark::app::timeline
