#include "app/timeline/catalog_loader.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include <utility>

namespace tidemark::app::timeline {

CatalogLoader::CatalogLoader(const Voice& voice, QObject* parent) : QObject(parent), m_voice(voice)
{
}

void CatalogLoader::load(std::shared_ptr<const replica::Catalog> catalog)
{
    m_loading = true;
    m_moments.clear();
    m_snapshots.clear();
    const int generation = ++m_generation;
    const Timestamp asOf = m_voice.now();
    // Ready on this thread, or never if the loader is gone by then: it is asked for there, since a
    // continuation whose context is gone is more than Qt 6.4 bears.
    QThreadPool::globalInstance()->start([guard = QPointer(this), generation, catalog, asOf] {
        TimelineData data = TimelineData::fromCatalog(*catalog, asOf);
        QMetaObject::invokeMethod(QCoreApplication::instance(),
                                  [guard, generation, catalog, data = std::move(data)]() mutable {
                                      if (guard) {
                                          guard->take(generation, data, std::move(catalog));
                                      }
                                  });
    });
}

void CatalogLoader::take(int generation, const TimelineData& data,
                         std::shared_ptr<const replica::Catalog> from)
{
    if (generation != m_generation) {
        return;  // A newer catalog is on its way.
    }
    m_loading = false;
    m_catalog = std::move(from);
    TimelineData whole = data.appended(std::exchange(m_moments, {}), m_voice.now());
    for (const SnapshotMark& snapshot : std::exchange(m_snapshots, {})) {
        whole = whole.withSnapshot(snapshot);
    }
    emit ready(whole);
    if (std::exchange(m_missed, false)) {
        emit missed();
    }
}

void CatalogLoader::keep(const std::vector<replica::Moment>& moments)
{
    makeRoom(moments.size());
    m_moments.insert(m_moments.end(), moments.begin(), moments.end());
}

void CatalogLoader::keep(const SnapshotMark& snapshot)
{
    makeRoom(1);
    m_snapshots.push_back(snapshot);
}

void CatalogLoader::makeRoom(std::size_t count)
{
    if (m_moments.size() + m_snapshots.size() + count > kMaxWaiting) {
        m_moments.clear();
        m_snapshots.clear();
        m_missed = true;
    }
}

}  // namespace tidemark::app::timeline
