#pragma once

#include "core/replica/mark.h"
#include "core/storage/storage.h"

#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::replica {

/// The marks of one replica. Each call blocks, and fails as the storage does. The replica is one of
/// LTX files: moments of Litestream 0.3 have no lasting numbers.

/// A file among the marks that is none, or cannot be read. It is left alone.
struct BadMark {
    std::string objectName = {};
    Error fault = {};
};

struct MarkList {
    std::vector<Mark> marks = {};  ///< By moment, then name. Names are unique.
    std::vector<BadMark> bad = {};
};

/// The answer to who wants marks in a replica of Litestream 0.3.
[[nodiscard]] Error noMarksInLegacy();

/// So many marks are written to one replica: each is read for a list.
inline constexpr std::size_t kMaxMarks = 1000;

/// One request a mark. Where two have one name, the older one counts and the other one is bad.
[[nodiscard]] Result<MarkList> readMarks(const storage::Storage& storage,
                                         const std::stop_token& stop);

/// Whether files of just these marks are there, none added and none removed. One request.
[[nodiscard]] Result<bool> areTheMarks(const storage::Storage& storage,
                                       const std::vector<Mark>& marks, const std::stop_token& stop);

/// NotFound when no mark has that name.
[[nodiscard]] Result<Mark> findMark(const storage::Storage& storage, const std::string& name,
                                    const std::stop_token& stop);

/// AlreadyExists when the name is taken, be it by somebody who gives it at the same time; Usage
/// when name or note break the rules; Unsupported beyond kMaxMarks. Whether the moment can be
/// restored the caller knows.
[[nodiscard]] Status writeMark(storage::Storage& storage, const Mark& mark,
                               const std::stop_token& stop);

/// Removes the mark, also a damaged file that had this name. NotFound when there is none.
[[nodiscard]] Status removeMark(storage::Storage& storage, const std::string& name,
                                const std::stop_token& stop);

}  // namespace tidemark::replica
