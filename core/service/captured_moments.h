#pragma once

#include "core/base/file_system.h"
#include "core/replica/catalog.h"

#include <stop_token>
#include <string>

namespace tidemark::service {

/// Adds what a listing does not tell and the state at `stateDb` remembers of what was captured
/// here: page counts and exact times. A moment that is not in the state, or was written by another,
/// stays as it is, and so do all of them when there is no such state. Blocks: about half a second
/// for 1,000,000 moments.
void tellCaptured(replica::Catalog& catalog, FileSystem& files, const std::string& stateDb,
                  const std::stop_token& stop);

}  // namespace tidemark::service
