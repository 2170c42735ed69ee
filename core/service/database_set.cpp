#include "core/service/database_set.h"

#include "core/state/database_directory.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {

DatabaseId DatabaseSet::follow(const DatabaseConfig& config)
{
    const auto canonical = m_context.files.canonical(config.path);
    const std::string path = canonical.ok() ? canonical.value() : config.path;
    DatabaseId id = state::databaseId(path);
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(id);
    if (found == m_places.end()) {
        start(id, path, config);
    } else if (found->second.leaving) {
        found->second.next = config;
    } else {
        found->second.database->setReplicas(config.replicas);
    }
    return id;
}

void DatabaseSet::unfollow(const DatabaseId& id)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(id);
    if (found != m_places.end()) {
        found->second.leaving = true;
        found->second.next.reset();
        found->second.database->leave();
    }
}

void DatabaseSet::with(const DatabaseId& id,
                       const std::function<void(FollowedDatabase&)>& act) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(id);
    if (found != m_places.end()) {
        act(*found->second.database);
    }
}

std::vector<std::shared_ptr<FollowedDatabase>> DatabaseSet::all() const
{
    std::vector<Place> places;
    {
        const std::scoped_lock lock(m_mutex);
        for (const auto& [id, place] : m_places) {
            places.push_back(place);
        }
    }
    std::ranges::sort(places, {}, &Place::order);
    std::vector<std::shared_ptr<FollowedDatabase>> databases;
    for (Place& place : places) {
        databases.push_back(std::move(place.database));
    }
    return databases;
}

std::optional<DatabaseId> DatabaseSet::ownerOf(const storage::StorageAddress& address) const
{
    const std::scoped_lock lock(m_mutex);
    for (const auto& [id, place] : m_places) {
        if (place.database->hasReplica(address)) {
            return id;
        }
    }
    return std::nullopt;
}

std::vector<DatabaseStatus> DatabaseSet::statuses() const
{
    std::vector<DatabaseStatus> statuses;
    for (const auto& database : all()) {
        statuses.push_back(database->status());
    }
    return statuses;
}

void DatabaseSet::clear()
{
    std::map<DatabaseId, Place> places;
    const std::scoped_lock lock(m_mutex);
    places.swap(m_places);
}

void DatabaseSet::start(const DatabaseId& id, const std::string& path, const DatabaseConfig& config)
{
    auto database = std::make_shared<FollowedDatabase>(m_context, config, path, m_changed,
                                                       [this, id] { left(id); });
    m_places[id] = {.database = database, .order = m_nextOrder++};
    database->start();
}

void DatabaseSet::left(const DatabaseId& id)
{
    bool isGone = false;
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_places.find(id);
        if (found == m_places.end()) {
            return;
        }
        const Place place = std::move(found->second);
        m_places.erase(found);
        if (place.next) {
            start(id, place.database->status().path, *place.next);
        }
        isGone = place.leaving && !place.next;
    }
    if (isGone) {
        m_context.observer.removed(id);
    }
    m_changed();
}

}  // namespace tidemark::service
