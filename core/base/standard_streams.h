#pragma once

#include "core/base/descriptor.h"

namespace tidemark {

/// Gives each of the descriptors 0, 1 and 2 that is closed something that can be read and not be
/// written to, so that no file of ours gets its number, and with that what we print. Once, before
/// anything else is opened.
void openClosedStreams();

/// The terminal or pipe behind `fd` once more, for writes that never block; another opening, so
/// that nobody who shares `fd` is concerned. Invalid for anything else, and where the system does
/// not give it.
[[nodiscard]] Descriptor openAgainWithoutBlocking(int fd);

}  // namespace tidemark
