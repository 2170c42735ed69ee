#pragma once

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/base/error.h"

#include <cstdint>
#include <string>
#include <vector>

/// The engines of this user that run, as their control sockets tell.
namespace tidemark::cli {

/// One database that is followed.
struct FollowedStatus {
    std::string socket = {};  ///< Of its engine.
    Json status = {};         ///< As service::statusJson has it.
};

struct EngineAnswers {
    std::vector<FollowedStatus> databases = {};
    std::vector<Error> failures = {};  ///< Of engines that are there and do not answer.
};

/// Asks all for their status. One that has gone meanwhile is passed over, and one that hangs hides
/// no other. Fails when the sockets cannot be listed.
[[nodiscard]] Result<EngineAnswers> askEngines(Session& session);

/// A text field of an engine's line; empty when it is missing or something else.
[[nodiscard]] std::string textOf(const Json& object, const char* key);

/// A whole number of an engine's line; 0 when it is missing or something else.
[[nodiscard]] std::uint64_t numberOf(const Json& object, const char* key);

/// The objects in an array of an engine's line.
[[nodiscard]] std::vector<Json> objectsOf(const Json& object, const char* key);

}  // namespace tidemark::cli
