#pragma once

#include "core/config/settings.h"
#include "core/service/service.h"

#include <cstdint>
#include <utility>

namespace tidemark::service {

/// What a settings file says of a database, as the service takes it, and back. Pure; in a header,
/// since the desktop's window has the service's values and does not link the service.

inline constexpr int kMibShift = 20;

/// Fails as storage::parseAddress does.
[[nodiscard]] inline Result<ReplicaConfig> configOf(const config::ReplicaSettings& replica,
                                                    const std::string& workingDirectory,
                                                    const std::string& homeDirectory)
{
    TIDEMARK_TRY(auto address,
                 storage::parseAddress(replica.address, workingDirectory, homeDirectory));
    return ReplicaConfig{.name = replica.name,
                         .address = std::move(address),
                         .keep = replica.keep,
                         .syncInterval = replica.syncInterval};
}

/// Without its replicas: what one that cannot be read means is for the caller to say.
[[nodiscard]] inline DatabaseConfig configOf(const config::DatabaseSettings& database)
{
    return {.path = database.path,
            .switchToWal = database.switchToWal,
            .watch = database.watch,
            .paused = database.paused,
            .burstInterval = database.syncInterval,
            .proveFirstSnapshot = config::kProveFirstSnapshot && database.drillEvery.count() > 0,
            .drillEvery = database.drillEvery,
            .spoolLimitBytes = static_cast<std::uint64_t>(database.spoolLimitMib) << kMibShift};
}

[[nodiscard]] inline config::ReplicaSettings settingsOf(const ReplicaConfig& replica)
{
    return {.name = replica.name,
            .address = storage::formatAddress(replica.address),
            .keep = replica.keep,
            .syncInterval = replica.syncInterval};
}

/// With its replicas.
[[nodiscard]] inline config::DatabaseSettings settingsOf(const DatabaseConfig& database)
{
    config::DatabaseSettings settings{
        .path = database.path,
        .switchToWal = database.switchToWal,
        .watch = database.watch,
        .paused = database.paused,
        .syncInterval = database.burstInterval,
        .drillEvery = database.drillEvery,
        .spoolLimitMib = static_cast<int>(database.spoolLimitBytes >> kMibShift)};
    for (const ReplicaConfig& replica : database.replicas) {
        settings.replicas.push_back(settingsOf(replica));
    }
    return settings;
}

}  // namespace tidemark::service
