#include "core/service/database_set.h"

#include "core/state/database_directory.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

Error notFollowed()
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("service", "The database is not followed.")},
            .next = {TIDEMARK_TEXT("service", "Follow it first.")}};
}

}  // namespace

DatabaseId DatabaseSet::follow(const DatabaseConfig& config)
{
    // Of the path as it is given: what it leads to only the disk knows, and nobody waits for that.
    DatabaseId id = state::databaseId(config.path);
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(id);
    if (found == m_places.end()) {
        start(id, config);
    } else if (found->second.leaving) {
        found->second.next = config;
    } else {
        found->second.database->setReplicas(config.replicas);
        found->second.database->setPaused(config.paused);
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

bool DatabaseSet::isLeaving(const std::string& path) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(state::databaseId(path));
    return found != m_places.end() && found->second.leaving;
}

void DatabaseSet::setPaused(const DatabaseId& id, bool paused)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_places.find(id);
    if (found == m_places.end()) {
        return;
    }
    if (found->second.next) {
        found->second.next->paused = paused;  // The one that is leaving has nothing to pause.
    } else {
        found->second.database->setPaused(paused);
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

Result<std::uint64_t> DatabaseSet::orderSnapshot(const DatabaseId& id,
                                                 const std::string& replicaId) const
{
    std::optional<Result<std::uint64_t>> ticket;
    with(id, [&](FollowedDatabase& database) { ticket = database.orderSnapshot(replicaId); });
    return ticket ? *std::move(ticket) : Result<std::uint64_t>(notFollowed());
}

std::optional<std::string> DatabaseSet::ownerOf(const storage::StorageAddress& address) const
{
    const std::scoped_lock lock(m_mutex);
    for (const auto& [id, place] : m_places) {
        if (place.database->hasReplica(address)) {
            return place.database->status().path;
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

void DatabaseSet::watchOver(bool isLate) const
{
    for (const auto& database : all()) {
        database->watchOver(isLate);
    }
}

void DatabaseSet::leaveAll()
{
    const std::scoped_lock lock(m_mutex);
    for (auto& [id, place] : m_places) {
        // One that was to be followed again is not gone: it is followed at the next start.
        place.leaving = place.leaving && !place.next;
        place.next.reset();
        place.database->leave();
    }
}

void DatabaseSet::clear()
{
    std::map<DatabaseId, Place> places;
    const std::scoped_lock lock(m_mutex);
    places.swap(m_places);
}

void DatabaseSet::start(const DatabaseId& id, const DatabaseConfig& config)
{
    auto database =
        std::make_shared<FollowedDatabase>(m_context, config, m_changed, [this, id] { left(id); });
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
            start(id, *place.next);
        }
        isGone = place.leaving && !place.next;
    }
    if (isGone) {
        m_context.observer.removed(id);
    }
    m_changed();
}

}  // namespace tidemark::service
