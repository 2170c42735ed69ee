#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/replica/pins.h"
#include "core/storage/storage.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::restore {

struct Exported {
    std::string path = {};
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;  ///< Of the archive.
    std::chrono::milliseconds duration{0};
};

/// Called after each piece, from the calling thread. Must not block.
using OnExported = std::function<void(std::uint64_t doneBytes, std::uint64_t totalBytes)>;

/// Writes a whole replica into one zip archive, as storage::ZipStorage opens it: every object of
/// either layout and every mark, in the order of names, as they are. What says who writes into the
/// replica is left out, and so are files of others that no entry can be called like. A listing and
/// the directory are held in memory, some 300 bytes an object. For one thread.
class Exporter {
public:
    /// `pins` as for a Restorer. All of them outlive it.
    Exporter(const storage::Storage& storage, FileSystem& files, Clock& clock, Random& random,
             replica::PinBoard* pins = nullptr);

    /// Blocks until the archive `target` is there, whole and durable, or not at all. Fails with
    /// AlreadyExists, TargetRefused or NoSpace before anything is read; NotFound when there is no
    /// replica, or it is being deleted again and again; Unsupported for more objects than an
    /// archive may have; as the storage does; Cancelled. An object that goes meanwhile makes it
    /// list the replica and begin again.
    [[nodiscard]] Result<Exported> exportTo(const std::string& target, const OnExported& progress,
                                            const std::stop_token& stop);

private:
    using Objects = std::vector<storage::ObjectEntry>;

    /// What came of one listing.
    struct Attempt {
        Attempt(Exported done) : exported(std::move(done)) {}
        Attempt(Error error, bool changed = false) : exported(std::move(error)), hasChanged(changed)
        {
        }

        Result<Exported> exported;
        bool hasChanged = false;  ///< Failed since an object has gone, or is not as it was listed.
    };

    [[nodiscard]] Result<Objects> listAll(const std::stop_token& stop) const;
    [[nodiscard]] Attempt tryToExport(const std::string& target, const Objects& objects,
                                      const OnExported& progress, const std::stop_token& stop);

    const storage::Storage& m_storage;
    FileSystem& m_files;
    Clock& m_clock;
    Random& m_random;
    replica::PinBoard* const m_pins;
};

}  // namespace tidemark::restore
