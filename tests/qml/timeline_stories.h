#pragma once

#include "app/timeline/timeline_controller.h"
#include "tests/support/simulated_clock.h"

#include <QObject>

/// Timelines with known histories, for QML tests: each is made anew by its name. Now is
/// Thu 17 Sep 2026, 14:53:12 in Berlin.
class TimelineStories : public QObject {
    Q_OBJECT

public:
    TimelineStories();

    /// An afternoon of a shop: busy, a gap, a snapshot, a drill, a restore.
    Q_INVOKABLE tidemark::app::timeline::TimelineController* shop();
    /// 30 days with nights.
    Q_INVOKABLE tidemark::app::timeline::TimelineController* month();
    /// Seven moments.
    Q_INVOKABLE tidemark::app::timeline::TimelineController* sparse();
    /// `count` moments, two seconds apart.
    Q_INVOKABLE tidemark::app::timeline::TimelineController* many(int count);
    Q_INVOKABLE tidemark::app::timeline::TimelineController* none();
    /// As the service would answer for the moment that is held.
    Q_INVOKABLE void answerFacts(tidemark::app::timeline::TimelineController* controller);

private:
    tidemark::app::timeline::TimelineController* made(tidemark::replica::Catalog catalog);

    tidemark::SimulatedClock m_clock;
    tidemark::app::Voice m_voice;
};
