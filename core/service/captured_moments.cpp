#include "core/service/captured_moments.h"

#include "core/state/state_db.h"

namespace tidemark::service {

void tellCaptured(replica::Catalog& catalog, FileSystem& files, const std::string& stateDb,
                  const std::stop_token& stop)
{
    // A connection of its own: capture goes on meanwhile.
    const auto state = state::StateDb::openToRead(files, stateDb);
    if (!state.ok()) {
        return;
    }
    auto moment = catalog.moments.begin();
    const auto end = catalog.moments.end();
    // What was read before a failure holds all the same.
    static_cast<void>(state.value()->eachSegment([&](const state::SegmentFacts& segment) {
        while (moment != end && moment->txId < segment.txId) {
            ++moment;
        }
        // The size tells our file from one that was compacted, or written under the same number
        // by another after a loss.
        if (moment != end && moment->txId == segment.txId && moment->bytes == segment.bytes) {
            moment->pages = segment.pages;
            moment->time = segment.time;
            moment->precision = replica::TimePrecision::Exact;
        }
        return moment != end && !stop.stop_requested();
    }));
}

}  // namespace tidemark::service
