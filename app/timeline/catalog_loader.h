#pragma once

#include "app/timeline/timeline_data.h"
#include "app/voice.h"

#include <QObject>

#include <cstddef>
#include <memory>
#include <vector>

namespace tidemark::app::timeline {

/// Makes catalogs ready to be drawn on another thread, and keeps what is captured meanwhile. Lives
/// on the GUI thread; no call blocks.
class CatalogLoader : public QObject {
    Q_OBJECT

public:
    /// So much is kept for a catalog that is made ready; of more the catalog must be read again.
    static constexpr std::size_t kMaxWaiting = 10'000;

    /// `voice` outlives the loader.
    explicit CatalogLoader(const Voice& voice, QObject* parent = nullptr);

    /// In place of any that is being made ready: of that nothing is told any more.
    void load(std::shared_ptr<const replica::Catalog> catalog);
    [[nodiscard]] bool loading() const { return m_loading; }
    /// What came after the catalog was read that is being made ready.
    void keep(const std::vector<replica::Moment>& moments);
    void keep(const SnapshotMark& snapshot);

    /// The newest that is ready; null before the first one.
    [[nodiscard]] const replica::Catalog* catalog() const { return m_catalog.get(); }

signals:
    /// With what was kept.
    void ready(const tidemark::app::timeline::TimelineData& data);
    /// After ready, if more came than is kept: some of it is not there.
    void missed();

private:
    void take(int generation, const TimelineData& data,
              std::shared_ptr<const replica::Catalog> from);
    void makeRoom(std::size_t count);

    const Voice& m_voice;
    std::shared_ptr<const replica::Catalog> m_catalog;  // Shared with whoever read it.
    std::vector<replica::Moment> m_moments;
    std::vector<SnapshotMark> m_snapshots;
    int m_generation = 0;  // Of the newest catalog: what is late is dropped.
    bool m_loading = false;
    bool m_missed = false;
};

}  // namespace tidemark::app::timeline
