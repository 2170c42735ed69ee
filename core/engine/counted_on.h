#pragma once

#include "core/engine/retention.h"
#include "core/replica/catalog.h"

#include <vector>

namespace tidemark::engine {

/// Pure: the objects by which alone kept moments can be restored once `plan` was carried out, as
/// far as it changes anything: of every moment that it keeps from the first transaction that goes
/// to the next whole database behind the last one, and that database. What the headers say of them
/// does not show whether their pages can be read, so whoever deletes reads them before.
[[nodiscard]] std::vector<replica::ObjectInfo> countedOn(const replica::Catalog& catalog,
                                                         const RetentionPlan& plan);

}  // namespace tidemark::engine
