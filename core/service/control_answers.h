#pragma once

#include "core/service/control_request.h"
#include "core/service/database_set.h"
#include "core/service/snapshot_orders.h"

#include <string>
#include <vector>

namespace tidemark::service {

/// What an engine answers over its control socket, a line each; does not block. An error's line for
/// a command that is unknown, has arguments that it does not know, lacks one, or fails.
///
///     status                          each database as it stands: statusJson
///     snapshot  database [replica]    orders snapshots, of one replica or of each; both are named
///                                     as status names them. {"version":1,"ticket":"7"}
///     order     ticket                what became of it, a line for each replica: orderJson
[[nodiscard]] std::vector<std::string> answerRequest(const ControlRequest& request,
                                                     const DatabaseSet& databases,
                                                     const SnapshotOrders& orders);

}  // namespace tidemark::service
