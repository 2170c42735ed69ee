#pragma once

#include "app/status_words.h"

#include <span>

namespace tidemark::app {

/// What is said of all databases together: the sentence of Home and of the tray.
struct Overview {
    Protection::State worst = Protection::State::NotSetUp;
    QString sentence = {};  ///< "shop.db is at risk."
    QString detail = {};    ///< One or two sentences more; may be empty.

    bool operator==(const Overview&) const = default;
};

/// What Overview is made of, a database.
struct NamedStatus {
    QString name = {};
    const service::DatabaseStatus* status = nullptr;  ///< Borrowed for the call.
};

/// Pure. The worst state owns the sentence; with several in it they are counted.
[[nodiscard]] Overview overviewOf(std::span<const NamedStatus> databases, Timestamp now,
                                  const timeline::Speech& speech);

}  // namespace tidemark::app
