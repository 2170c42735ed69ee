#pragma once

#include "app/timeline/time_words.h"
#include "core/replica/catalog.h"

#include <QString>

namespace tidemark::app {

/// How a restored file is called: "shop-20260917-143106.db" for "shop.db", in the zone of `speech`.
[[nodiscard]] QString restoreName(const QString& databaseName, timeline::Millis moment,
                                  const timeline::Speech& speech);

/// The name for when `name` is taken, `attempt` counting from 2: "shop-20260917-143106 (2).db".
[[nodiscard]] QString nameForAttempt(const QString& name, int attempt);

/// The command that does the same: `tidemarkctl restore ...`, one line, as a shell takes it.
/// `storage` is as formatAddress writes it, or a path. A moment of a 0.3 replica is named by its
/// time: its number is a place in a list that retention shortens.
[[nodiscard]] QString restoreCommand(const QString& storage, const QString& target,
                                     const replica::Moment& moment, const QString& check);

}  // namespace tidemark::app
