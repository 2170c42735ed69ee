#pragma once

#include "core/ltx/header.h"
#include "core/ltx/page_index.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace tidemark::replica {

/// Damaged if an object's header tells of other transactions than its name. The text does not name
/// the object.
[[nodiscard]] Status checkRange(const ltx::Header& header, const ObjectInfo& object);

/// The header of an object. Damaged if it is none, or of other transactions than the name says.
/// Reads kHeaderSize bytes.
[[nodiscard]] Result<ltx::Header> readObjectHeader(const storage::Storage& storage,
                                                   const ObjectInfo& object,
                                                   const std::stop_token& stop);

/// An object whose ends were read: what it holds and where, but no page of it yet.
struct LtxObject {
    ObjectInfo info = {};  ///< With the header's time, exact.
    ltx::Header header = {};
    ltx::IndexPlace index = {};
    ltx::Trailer trailer = {};
    /// The whole object if it is small: then nothing needs to be read again.
    std::vector<std::byte> bytes = {};
};

/// The objects that readLtxObject() reads whole, in one request.
inline constexpr std::uint64_t kSmallObjectBytes = 64 << 10;

/// Reads header, index place and trailer of an object. Damaged, naming it, if they break a rule or
/// its size is not the listed one.
[[nodiscard]] Result<LtxObject> readLtxObject(const storage::Storage& storage,
                                              const ObjectInfo& info, const std::stop_token& stop);

/// Calls `entry` for each page of the object, by number, until it fails. The index is checked as
/// PageIndexReader does; memory is constant.
[[nodiscard]] Status readPageIndex(const storage::Storage& storage, const LtxObject& object,
                                   const std::function<Status(const ltx::FrameAt&)>& entry,
                                   const std::stop_token& stop);

/// What one look into an object tells that its name does not.
struct ObjectFacts {
    ltx::Header header = {};
    std::uint32_t pages = 0;  ///< In it.
};

/// Reads header and page index. Fails as readLtxObject() does.
[[nodiscard]] Result<ObjectFacts> lookInside(const storage::Storage& storage,
                                             const ObjectInfo& info, const std::stop_token& stop);

}  // namespace tidemark::replica
