#pragma once

#include "app/text/protection.h"
#include "app/timeline/time_words.h"
#include "core/service/status.h"

#include <QString>

namespace tidemark::app {

/// What is said of one database, or of one of its replicas, at one time. Pure functions of what the
/// engine said and now; the words of the window, the tray and the screen reader are these.
struct StatusWords {
    Protection::State state = Protection::State::NotSetUp;
    QString word = {};    ///< "At risk"
    QString detail = {};  ///< Behind the word: "since 14:27, 26 min"; may be empty.
    QString age = {};     ///< For narrow places: "4 s", "65 %"; may be empty.
    QString reason = {};  ///< A sentence; empty where the state says it all.
    QString next = {};    ///< What happens by itself or can be done; may be empty.

    bool operator==(const StatusWords&) const = default;
};

[[nodiscard]] StatusWords wordsFor(const service::DatabaseStatus& status, Timestamp now,
                                   const timeline::Speech& speech);

[[nodiscard]] StatusWords wordsFor(const service::ReplicaStatus& status, Timestamp now,
                                   const timeline::Speech& speech);

/// "sent every 10 s": so long changes are on this computer alone; empty where each goes at once.
[[nodiscard]] QString intervalWords(const service::ReplicaStatus& status,
                                    const timeline::Speech& speech);

/// "Proven 2 h ago"; empty before the first proof. Why the last try gave none, if it did not.
[[nodiscard]] QString proofWords(const service::DatabaseStatus& status, Timestamp now,
                                 const timeline::Speech& speech);

/// The same within a line: "proven 2 h ago".
[[nodiscard]] QString proofWordsWithin(const service::DatabaseStatus& status, Timestamp now,
                                       const timeline::Speech& speech);

/// Of the newest snapshot that each replica has: "The last one: 2 h ago."; empty before the first.
[[nodiscard]] QString snapshotWords(const service::DatabaseStatus& status, Timestamp now,
                                    const timeline::Speech& speech);

/// Whether one that is ordered now would be made in some replica.
[[nodiscard]] bool maySnapshot(const service::DatabaseStatus& status);

/// "4 s", "26 min", "2 d": an age in the fewest letters. `since` later than `now` counts as now.
[[nodiscard]] QString briefAge(Timestamp since, Timestamp now, const timeline::Speech& speech);

/// How far work is, from 0 to 1.
[[nodiscard]] double shareDone(const service::LongWork& work);

/// "65 %"
[[nodiscard]] QString percent(double share, const timeline::Speech& speech);

}  // namespace tidemark::app
