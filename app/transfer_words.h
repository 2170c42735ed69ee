#pragma once

#include "app/timeline/time_words.h"
#include "app/transfer_meter.h"

namespace tidemark::app {

/// "236 MB of 612 MB · 118 MB/s · about 3 s left"
[[nodiscard]] QString transferWords(std::uint64_t doneBytes, std::uint64_t totalBytes,
                                    const TransferMeter& meter, const timeline::Speech& speech);

}  // namespace tidemark::app
