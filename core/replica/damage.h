#pragma once

#include "core/base/byte_stream.h"
#include "core/base/result.h"
#include "core/ltx/header.h"
#include "core/replica/catalog.h"
#include "core/replica/pins.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

/// What of a replica cannot be read any more, and what is left without it.
namespace tidemark::replica {

/// Whether a failure is one that the bytes of an object cause, and will each time.
[[nodiscard]] bool isOfObject(const Error& error);

/// A page's number and bytes, which live as long as the call.
using OnPage = std::function<void(std::uint32_t number, std::span<const std::byte> page)>;

/// Reads an object from its first byte to its last: every rule of the format, the header against
/// its name, and the file checksum. Fails with isOfObject(), naming the object; NotFound when it
/// has gone; or as the storage does. What onPage() saw before a failure may be wrong.
[[nodiscard]] Result<ltx::Header> readWhole(const storage::Storage& storage,
                                            const ObjectInfo& object, const OnPage& onPage,
                                            const std::stop_token& stop);

/// The same for whoever only wants to know whether it is whole.
[[nodiscard]] Status checkObject(const storage::Storage& storage, const ObjectInfo& object,
                                 const std::stop_token& stop);

/// The same of a file that holds what `object` should, but lies elsewhere, as a segment that is
/// still in the spool. Fails with isOfObject(), naming nothing, or as the file does.
[[nodiscard]] Status checkFile(const ByteSource& file, const ObjectInfo& object,
                               const std::stop_token& stop);

/// Those of `objects` that checkObject() finds Damaged, one after the other; one that has gone, or
/// is of a newer kind, is none of them. Unavailable when one has another size than `objects` tells
/// (0: none): that is no damage of it but a change, or a share that fails. Fails as the storage
/// does.
[[nodiscard]] Result<std::vector<ObjectInfo>> damagedOf(const storage::Storage& storage,
                                                        std::span<const ObjectInfo> objects,
                                                        const std::stop_token& stop);

/// Pure: the catalog as it were if those objects were not there.
[[nodiscard]] Catalog without(Catalog catalog, const ObjectNames& names);

/// The moments before and behind one that cannot be had.
struct Nearest {
    std::optional<Moment> before = {};
    std::optional<Moment> after = {};

    bool operator==(const Nearest&) const = default;
};

[[nodiscard]] Nearest nearestTo(const Catalog& catalog, ltx::TxId moment);

/// "The nearest moments are 4 (...) and 9 (...).", or that there is none.
[[nodiscard]] Message inWords(const Nearest& nearest);

}  // namespace tidemark::replica
