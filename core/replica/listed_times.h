#pragma once

#include "core/base/result.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <stop_token>

namespace tidemark::replica {

/// A folder tells when its files were written, which is when their transactions were, until
/// somebody copies it. Compares the listed times of the first, the middle and the last moment with
/// the headers; where one is off by a second or more, every listed time is read from its header:
/// one request a moment. An object that cannot be read keeps the listed time. Fails as
/// Storage::read does when the storage cannot be reached, and with Cancelled. Nothing to do for the
/// 0.3 layout.
[[nodiscard]] Status correctListedTimes(const storage::Storage& storage, Catalog& catalog,
                                        const std::stop_token& stop);

}  // namespace tidemark::replica
