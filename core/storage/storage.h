#pragma once

#include "core/base/byte_stream.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// One object, as a listing tells of it.
struct ObjectEntry {
    std::string name = {};  ///< From the storage's root, parts separated by '/'.
    std::uint64_t sizeBytes = 0;
    std::optional<Timestamp> modified = {};  ///< Empty where the storage does not say.
};

/// What goes with an object besides its bytes.
struct ObjectMetadata {
    /// The moment that the object tells of. A storage keeps it where its protocol can: a folder as
    /// the modification time.
    std::optional<Timestamp> time = {};
};

/// Whether a listing goes on after an entry.
enum class Listing { Continue, Enough };

enum class WriteOutcome {
    Written,
    AlreadyThere,  ///< An object of that name exists; it was not touched. The caller compares.
};

/// An object whose bytes are with the storage, and that nobody sees yet. When it goes without
/// having been published, nothing is left of it. Must not outlive its storage.
class StagedObject {
public:
    virtual ~StagedObject() = default;
};

/// A place that holds named bytes: a folder, a bucket, a server. It knows no SQLite and no LTX.
///
/// Names are relative, with '/' between parts, without "." and ".." parts. Every call blocks on the
/// medium, stops soon after `stop` is requested with Cancelled, and fails with Unavailable (may
/// heal with time), Credentials, Forbidden, NoSpace, TargetRefused (also of a server that cannot do
/// what is needed) or Io, each naming the place and what to do; Usage for a name that no object can
/// have. Damaged and Unsupported are said of the bytes of one object alone: whoever reads takes
/// that object for lost. "Not there" is an answer: an empty listing, NotFound from read. A place
/// that is itself missing is not an empty one: `list` fails with NotFound, and with Unavailable
/// when it was there before, so that a disk that was unplugged is never taken for an empty replica.
/// Any thread may call it, several at once.
class Storage {
public:
    virtual ~Storage() = default;

    /// Calls `entry` for each object whose name starts with `prefix`, in ascending order of names,
    /// until it says Enough. Temporary files of interrupted writes are not objects.
    [[nodiscard]] virtual Status list(std::string_view prefix,
                                      const std::function<Listing(const ObjectEntry&)>& entry,
                                      std::stop_token stop) const = 0;

    /// What is known of one object, or empty when there is none.
    [[nodiscard]] virtual Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                                  std::stop_token stop) const = 0;

    /// `length` bytes of an object from `offset` on; fewer when it ends before (its tail can be
    /// asked for with a length beyond the end). NotFound when there is no such object. A body that
    /// breaks off is a failure, never a short read. The reader is for one thread and must not
    /// outlive the storage.
    [[nodiscard]] virtual Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                                   std::uint64_t offset,
                                                                   std::uint64_t length,
                                                                   std::stop_token stop) const = 0;

    /// Makes the object: it appears whole and durable, or not at all, and an existing one is never
    /// touched. Missing parents are made. `source` may be opened more than once; Io when it has
    /// more or fewer bytes than it says. The same as stage() and publish() of one.
    [[nodiscard]] Result<WriteOutcome> write(const std::string& name, const ByteSource& source,
                                             const ObjectMetadata& metadata,
                                             const std::stop_token& stop);

    /// The first half of write(), and the one that takes long: may be done for several objects at
    /// once. `source` outlives what it gives.
    [[nodiscard]] virtual Result<std::unique_ptr<StagedObject>> stage(
        const std::string& name, const ByteSource& source, const ObjectMetadata& metadata,
        std::stop_token stop) = 0;

    /// The second half, for objects that this storage has staged: they appear in their order, none
    /// of them before those in front of it, whatever happens meanwhile; all are durable when it
    /// returns. Gives how many appeared: fewer than all where an object of the next one's name is
    /// there already, which is durable then, too. After a failure the first few may have appeared.
    [[nodiscard]] virtual Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                                      std::stop_token stop) = 0;

    /// Removes the objects; one that is not there is fine.
    [[nodiscard]] virtual Status remove(std::span<const std::string> names,
                                        std::stop_token stop) = 0;

    /// Whether the place cannot refuse a second object of one name, so that the name is only looked
    /// for before it is written, and two writers at one instant are not told apart. Known for
    /// certain after the first write.
    [[nodiscard]] virtual bool onlyLooksFirst() const { return false; }

    /// The place as people write it, without secrets: "/home/me/Tidemark/notes".
    [[nodiscard]] virtual std::string describe() const = 0;

    /// How many reads at once keep its line full: of a disk no more than there are processors, of a
    /// server more, since most of a request is waiting.
    [[nodiscard]] virtual unsigned readsAtOnce() const { return 1; }
};

inline constexpr std::uint64_t kToTheEnd = UINT64_MAX;

/// Storage::readsAtOnce() of one over a network: pieces of 2 MiB at 100 ms fill 160 MB/s.
inline constexpr unsigned kReadsFromServer = 8;

}  // namespace tidemark::storage
