#pragma once

#include "app/timeline/catalog_loader.h"
#include "app/timeline/held_facts.h"
#include "app/timeline/moment_words.h"
#include "app/timeline/shown_window.h"
#include "app/timeline/timeline_layout.h"
#include "app/timeline/window_counts.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace tidemark::app::timeline {

/// One replica's timeline as a person moves through it: which stretch is shown, which moment is
/// held. Both pictures, the list and the panel show it. Where a step or a zoom leads is computed in
/// moment_steps and window_choice. Lives on the GUI thread.
class TimelineController : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made where the program is wired")

    /// Whether a catalog is still being made ready.
    Q_PROPERTY(bool loading READ loading NOTIFY dataChanged FINAL)
    Q_PROPERTY(int momentCount READ momentCount NOTIFY dataChanged FINAL)
    Q_PROPERTY(bool pagesKnown READ pagesKnown NOTIFY dataChanged FINAL)
    Q_PROPERTY(bool hasRestores READ hasRestores NOTIFY dataChanged FINAL)

    /// "13:25 – 14:55" and "1 h 30 min"
    Q_PROPERTY(QString rangeText READ rangeText NOTIFY windowChanged FINAL)
    Q_PROPERTY(QString spanText READ spanText NOTIFY windowChanged FINAL)
    Q_PROPERTY(int momentsInWindow READ momentsInWindow NOTIFY windowChanged FINAL)
    Q_PROPERTY(int snapshotsInWindow READ snapshotsInWindow NOTIFY windowChanged FINAL)
    Q_PROPERTY(int restoresInWindow READ restoresInWindow NOTIFY windowChanged FINAL)
    Q_PROPERTY(int drillsInWindow READ drillsInWindow NOTIFY windowChanged FINAL)
    Q_PROPERTY(int gapsInWindow READ gapsInWindow NOTIFY windowChanged FINAL)
    /// Whether the right edge moves with the clock.
    Q_PROPERTY(bool followsNow READ followsNow NOTIFY windowChanged FINAL)
    Q_PROPERTY(OverviewSpan overviewSpan READ overviewSpan WRITE setOverviewSpan NOTIFY
                   windowChanged FINAL)
    Q_PROPERTY(QString overviewText READ overviewText NOTIFY windowChanged FINAL)

    Q_PROPERTY(Zone zone READ zone WRITE setZone NOTIFY zoneChanged FINAL)
    /// "Local time (CEST)"
    Q_PROPERTY(QString zoneText READ zoneText NOTIFY zoneChanged FINAL)
    Q_PROPERTY(QString zoneAbbreviation READ zoneAbbreviation NOTIFY zoneChanged FINAL)

    Q_PROPERTY(bool hasMoment READ hasMoment NOTIFY momentChanged FINAL)
    /// "20,266"
    Q_PROPERTY(QString momentNumber READ momentNumber NOTIFY momentChanged FINAL)
    /// "14:31:06.812"
    Q_PROPERTY(QString momentTime READ momentTime NOTIFY momentChanged FINAL)
    /// "Thu 17 Sep 2026 · 12:31:06.812Z"
    Q_PROPERTY(QString momentDate READ momentDate NOTIFY momentChanged FINAL)
    Q_PROPERTY(QString momentUtc READ momentUtc NOTIFY momentChanged FINAL)
    /// "Asked for 14:31:07.000; this moment is 0.188 s earlier"; empty when it is exactly that.
    Q_PROPERTY(QString askedText READ askedText NOTIFY momentChanged FINAL)
    Q_PROPERTY(QString momentAge READ momentAge NOTIFY momentChanged FINAL)
    /// One sentence for a screen reader.
    Q_PROPERTY(QString momentDescription READ momentDescription NOTIFY momentChanged FINAL)
    /// From 1; 0 without a moment.
    Q_PROPERTY(int momentPosition READ momentPosition NOTIFY momentChanged FINAL)

    /// "31 of 149,414", "124 KB, stored as 18 KB", "612 MB"; empty until they are known.
    Q_PROPERTY(QString pagesText READ pagesText NOTIFY factsChanged FINAL)
    Q_PROPERTY(QString dataText READ dataText NOTIFY factsChanged FINAL)
    Q_PROPERTY(QString databaseText READ databaseText NOTIFY factsChanged FINAL)
    /// Why they cannot be had.
    Q_PROPERTY(QString factsProblem READ factsProblem NOTIFY factsChanged FINAL)

    /// Whether anyone looks: without, no clock ticks here.
    Q_PROPERTY(bool active READ active WRITE setActive NOTIFY activeChanged FINAL)

public:
    enum class Zone { Local, Utc };
    Q_ENUM(Zone)
    enum class OverviewSpan { Automatic, Day, Week, Month, All };
    Q_ENUM(OverviewSpan)

    /// `voice` outlives the controller.
    explicit TimelineController(const Voice& voice, QObject* parent = nullptr);

    // For whoever wires the program.

    /// Shows what `catalog` holds once it is made ready, in place of what is shown; the moment held
    /// and the window stay where they can. Returns at once.
    void setCatalog(std::shared_ptr<const replica::Catalog> catalog);
    /// Adds moments that were captured after the catalog was read.
    void addMoments(const std::vector<replica::Moment>& moments);
    void addSnapshot(const SnapshotMark& snapshot);
    void setRuns(std::vector<RestoreRun> restores, std::vector<DrillRun> drills);
    /// Whether the history goes on; else it ends with what it holds. Live by default.
    void setLive(bool live);
    /// The answer to momentFactsRequested. An answer for another moment is dropped.
    void setMomentFacts(std::uint64_t number, const service::MomentFacts& facts);
    void setMomentFactsProblem(std::uint64_t number, const QString& problem);
    /// The language or the local zone of the voice is another one now.
    void voiceChanged();
    [[nodiscard]] std::optional<replica::Moment> moment() const;

    // For the pictures and the list.

    [[nodiscard]] const TimelineData& data() const { return *m_data; }
    [[nodiscard]] std::shared_ptr<const TimelineData> sharedData() const { return m_data; }
    [[nodiscard]] const ViewWindow& window() const { return m_shown.view(); }
    [[nodiscard]] ViewWindow overviewWindow() const;
    [[nodiscard]] const std::optional<HeldMoment>& held() const { return m_held; }
    [[nodiscard]] Speech speech() const;
    [[nodiscard]] Millis nowMs() const { return m_nowMs; }
    void hold(const HeldMoment& held);
    /// Goes on holding what is held now, also when newer moments come.
    void keepMoment() { m_heldByHand = m_held.has_value(); }
    void setWindow(const ViewWindow& window);

    // For QML.

    [[nodiscard]] bool loading() const { return m_loader.loading(); }
    [[nodiscard]] int momentCount() const { return static_cast<int>(m_data->count()); }
    [[nodiscard]] bool pagesKnown() const { return m_data->pagesKnown(); }
    [[nodiscard]] bool hasRestores() const { return !m_data->restores().empty(); }
    [[nodiscard]] QString rangeText() const;
    [[nodiscard]] QString spanText() const;
    [[nodiscard]] int momentsInWindow() const { return counts().moments; }
    [[nodiscard]] int snapshotsInWindow() const { return counts().snapshots; }
    [[nodiscard]] int restoresInWindow() const { return counts().restores; }
    [[nodiscard]] int drillsInWindow() const { return counts().drills; }
    [[nodiscard]] int gapsInWindow() const { return counts().gaps; }
    [[nodiscard]] bool followsNow() const { return m_shown.followsEnd(); }
    [[nodiscard]] OverviewSpan overviewSpan() const { return m_overviewSpan; }
    void setOverviewSpan(OverviewSpan span);
    [[nodiscard]] QString overviewText() const;
    [[nodiscard]] Zone zone() const { return m_zone; }
    void setZone(Zone zone);
    [[nodiscard]] QString zoneText() const;
    [[nodiscard]] QString zoneAbbreviation() const;
    [[nodiscard]] bool hasMoment() const { return m_held.has_value(); }
    [[nodiscard]] QString momentNumber() const { return m_words.number; }
    [[nodiscard]] QString momentTime() const { return m_words.time; }
    [[nodiscard]] QString momentDate() const { return m_words.date; }
    [[nodiscard]] QString momentUtc() const { return m_words.utc; }
    [[nodiscard]] QString askedText() const { return m_words.asked; }
    [[nodiscard]] QString momentAge() const { return m_words.age; }
    [[nodiscard]] QString momentDescription() const { return m_words.description; }
    [[nodiscard]] int momentPosition() const;
    [[nodiscard]] QString pagesText() const { return m_facts.words().pages; }
    [[nodiscard]] QString dataText() const { return m_facts.words().data; }
    [[nodiscard]] QString databaseText() const { return m_facts.words().database; }
    [[nodiscard]] QString factsProblem() const { return m_facts.problem(); }
    [[nodiscard]] bool active() const { return m_active; }
    void setActive(bool active);

    /// Holds the moment `count` further, towards now if positive; stops at the ends.
    Q_INVOKABLE void step(int count);
    /// Holds the moment that is so much later (earlier if negative): at least one further.
    Q_INVOKABLE void stepHours(int hours);
    Q_INVOKABLE void stepDays(int days);
    Q_INVOKABLE void holdFirst();
    Q_INVOKABLE void holdLast();
    Q_INVOKABLE void holdPosition(int position);
    /// Holds the nearest snapshot or drill behind (or before) what is held; stays if there is none.
    Q_INVOKABLE void holdNextEvent();
    Q_INVOKABLE void holdPreviousEvent();
    Q_INVOKABLE void zoomIn();
    Q_INVOKABLE void zoomOut();
    Q_INVOKABLE void fit();
    /// Follows the clock again, and holds the newest moment.
    Q_INVOKABLE void goToNow();
    /// Holds the moment that `text` means; false if it cannot be read.
    Q_INVOKABLE bool goTo(const QString& text);
    Q_INVOKABLE void copyTime() const;

    /// Shortens or lengthens the window around a time.
    void zoomAround(double factor, Millis anchorMs);
    void panBy(Millis ms);

signals:
    void dataChanged();
    void windowChanged();
    void zoneChanged();
    void momentChanged();
    void factsChanged();
    void activeChanged();
    /// The person chose a zone: to be remembered.
    void zoneChosen(tidemark::app::timeline::TimelineController::Zone zone);
    /// More were added than were kept while a catalog was being made ready: it must be read again.
    void momentsMissed();
    /// Facts of the held moment are wanted; answered by setMomentFacts.
    void momentFactsRequested();

private:
    void adopt(TimelineData data);
    void stepTime(Millis ms);
    void holdNewest();
    /// By a person's wish: it is brought into view.
    void holdInView(const HeldMoment& moment);
    void holdIndex(std::optional<std::size_t> index);
    void tick();
    void retell();
    [[nodiscard]] Extent extent() const;
    [[nodiscard]] WindowCounts counts() const { return countsIn(*m_data, window()); }
    [[nodiscard]] Millis zoomAnchor() const;

    const Voice& m_voice;
    CatalogLoader m_loader;
    std::shared_ptr<const TimelineData> m_data;  // Shared with the list's sorting.
    std::vector<RestoreRun> m_restores;
    std::vector<DrillRun> m_drills;
    bool m_live = true;
    bool m_active = false;
    bool m_heldByHand = false;  // Else the newest moment is held, also when it is another one.
    ShownWindow m_shown;
    OverviewSpan m_overviewSpan = OverviewSpan::Automatic;
    Zone m_zone = Zone::Local;
    Millis m_nowMs = 0;
    std::optional<HeldMoment> m_held;
    MomentWords m_words;
    HeldFacts m_facts;
    QTimer m_clockTimer;
};

}  // namespace tidemark::app::timeline
