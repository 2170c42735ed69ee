#pragma once

#include "core/base/result.h"
#include "core/ltx/file_name.h"
#include "core/ltx/state_digest.h"
#include "core/replica/catalog.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace tidemark::engine {

/// What the headers of a replica's objects say, for whoever deletes by it: when each was written,
/// that we wrote it, and that all are of one history. A listing tells none of it; the times of a
/// folder that was copied are those of the copy. Each header is read once and remembered, in some
/// seventy bytes, for as long as the object is listed as it was. For one thread.
class WrittenHeaders {
public:
    /// Gives every object and moment of `catalog` the time of its header. Reads at most `limit`
    /// headers; false when more are needed, and then the catalog is as it was: ask again. An object
    /// that is listed with another size or time than before is read anew.
    ///
    /// Unsupported when somebody else wrote one of the objects; Damaged when one is none, or tells
    /// of another state before or after it than others do. Each names the object. Else fails as the
    /// storage does, NotFound for one that has gone.
    [[nodiscard]] Result<bool> apply(const storage::Storage& storage, replica::Catalog& catalog,
                                     std::size_t limit, const std::stop_token& stop);

    /// Whether noteWhole() was told of this object of the catalog to which the headers were applied
    /// last, and it is listed as it was then.
    [[nodiscard]] bool isWhole(const replica::ObjectInfo& object) const;

    /// It was read to its end, and nothing is wrong with it. One that is not of that catalog is
    /// passed over.
    void noteWhole(const replica::ObjectInfo& object);

private:
    struct Known {
        int level = 0;
        ltx::TxRange range = {};
        std::uint64_t sizeBytes = 0;
        Timestamp listed = {};
        Timestamp written = {};
        bool isWhole = false;
        ltx::DigestPair digests = {};
    };

    [[nodiscard]] Result<Known> read(const storage::Storage& storage,
                                     const replica::ObjectInfo& object,
                                     const std::stop_token& stop) const;
    [[nodiscard]] std::vector<Known>::const_iterator find(const replica::ObjectInfo& object) const;
    [[nodiscard]] Status checkOneHistory(const replica::Catalog& catalog) const;

    std::vector<Known> m_known;  // By level, then range: the order of a catalog.
};

}  // namespace tidemark::engine
