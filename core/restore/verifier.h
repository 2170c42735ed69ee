#pragma once

#include "core/restore/restorer.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::restore {

class ProgressMeter;
class RestoreRun;

struct Verified {
    Restored restored = {};     ///< Without a path: the file is gone.
    std::uint32_t objects = 0;  ///< Read from start to end, and whole.
    std::uint64_t bytes = 0;    ///< Of those.
};

/// Proves that a moment can be restored: restores it into a file that never gets a name, with every
/// check, and reads each object of its plan whole, also what no page comes from. Where that meets
/// damage, a plan that goes around it is tried. For one thread; it uses others within a call.
class Verifier {
public:
    /// `pins` as in Restorer.
    Verifier(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
             replica::PinBoard* pins = nullptr);

    /// `folder` exists and has room for the database; nothing stays in it. Fails as
    /// Restorer::restore() does: Damaged is the verdict on a moment that is none.
    [[nodiscard]] Result<Verified> verify(const replica::Wish& wish, const std::string& folder,
                                          Check check, const OnProgress& progress,
                                          const std::stop_token& stop);

    /// The moment that was verified or tried last; transaction 0 when it did not come to that.
    [[nodiscard]] const replica::Moment& tried() const { return m_tried; }

    /// Objects of which it is known that they are damaged: nothing is read of them.
    void avoid(replica::ObjectNames names) { m_avoided = std::move(names); }

    /// Others that turned out to be damaged, whether the moment could be verified or not.
    [[nodiscard]] const std::vector<replica::ObjectInfo>& damaged() const { return m_damaged; }

    /// As Restorer::nearest().
    [[nodiscard]] const replica::Nearest& nearest() const { return m_nearest; }

private:
    [[nodiscard]] Status checkObjects(const RestoreRun& run, ProgressMeter& meter,
                                      const std::stop_token& stop, Verified& verified) const;

    const storage::Storage& m_storage;
    FileSystem& m_files;
    Clock& m_clock;
    Random& m_random;
    replica::PinBoard* const m_pins;
    replica::Moment m_tried = {};
    replica::Nearest m_nearest = {};
    replica::ObjectNames m_avoided = {};
    std::vector<replica::ObjectInfo> m_damaged = {};
};

}  // namespace tidemark::restore
