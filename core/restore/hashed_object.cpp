#include "core/restore/hashed_object.h"

#include "core/ltx/state_digest.h"
#include "core/replica/damage.h"

#include <numeric>
#include <span>

namespace tidemark::restore {

bool HashedObject::isFull() const
{
    return header.isComplete() || ltx::holdsEveryPage(header, pages.size());
}

std::uint64_t HashedObject::digest() const
{
    return std::accumulate(hashes.begin(), hashes.end(), std::uint64_t{0});
}

Result<HashedObject> readHashes(const storage::Storage& storage, const replica::ObjectInfo& info,
                                const std::stop_token& stop)
{
    HashedObject object;
    TIDEMARK_TRY(object.header,
                 replica::readWhole(
                     storage, info,
                     [&object](std::uint32_t number, std::span<const std::byte> page) {
                         object.pages.push_back(number);
                         object.hashes.push_back(ltx::pageHash(number, page));
                     },
                     stop));
    return object;
}

}  // namespace tidemark::restore
