#pragma once

#include "core/replica/v03_replica.h"
#include "core/service/service.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

/// Short looks into a replica or at a source: the work behind the service's jobs, and what
/// tidemarkctl does itself. They block, and fail as the storage does.
namespace tidemark::service {

[[nodiscard]] Result<SourceFacts> inspectSource(FileSystem& files, const std::string& path);

/// With what `stateDb`, the state of the database whose replica it is, remembers of it, and without
/// the objects that it knows to be damaged and the moments that go with them; an empty path for a
/// replica that is nobody's here.
[[nodiscard]] Result<std::shared_ptr<const replica::Catalog>> listReplica(
    FileSystem& files, const storage::StorageOpener& storages,
    const storage::StorageAddress& address, const std::stop_token& stop,
    const std::string& stateDb = {});

/// What a restore would read: `objects` of the plan or, of a 0.3 replica, what `legacy` names.
struct ReplicaPlan {
    replica::RestorePlan plan = {};
    std::optional<replica::LegacyPlan> legacy = {};
};

[[nodiscard]] Result<ReplicaPlan> planFrom(const storage::StorageOpener& storages,
                                           const storage::StorageAddress& address,
                                           const replica::Wish& wish, const std::stop_token& stop);

[[nodiscard]] Result<MomentFacts> lookAtMoment(const storage::StorageOpener& storages,
                                               const storage::StorageAddress& address,
                                               const replica::Moment& moment,
                                               const std::stop_token& stop);

/// `with` says who is told; what cannot be written to is read alone.
[[nodiscard]] Result<PlaceTest> tryOut(const storage::StorageOpener& storages,
                                       const storage::StorageAddress& address,
                                       storage::ProbeWith with, const std::stop_token& stop);

}  // namespace tidemark::service
