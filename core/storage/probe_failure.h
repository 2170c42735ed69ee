#pragma once

#include "core/storage/probe_step.h"

#include <string>

/// What a probe() says of a place that answers, and wrongly.
namespace tidemark::storage {

[[nodiscard]] Error givesOtherBytes(const std::string& place);
[[nodiscard]] Error overwrites(const std::string& place);
[[nodiscard]] Error forgets(const std::string& place);
[[nodiscard]] Error keepsDeleted(const std::string& place);

/// Which of the steps that the first call decides is the one that it did not get past.
[[nodiscard]] ProbeStep failedBy(ErrorCode code);

}  // namespace tidemark::storage
