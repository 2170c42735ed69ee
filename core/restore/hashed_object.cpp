#include "core/restore/hashed_object.h"

#include "core/ltx/decoder.h"
#include "core/ltx/state_digest.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"

#include <numeric>
#include <optional>
#include <utility>

namespace tidemark::restore {
namespace {

Result<HashedObject> hashAll(ByteReader& bytes, const replica::ObjectInfo& info,
                             const std::stop_token& stop)
{
    ltx::Decoder decoder(bytes);
    HashedObject object;
    TIDEMARK_TRY(object.header, decoder.readHeader());
    TIDEMARK_TRY_STATUS(replica::checkRange(object.header, info));
    std::vector<std::byte> page(object.header.pageSizeBytes);
    for (;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const auto number, decoder.nextPage(page));
        if (!number) {
            break;
        }
        object.pages.push_back(*number);
        object.hashes.push_back(ltx::pageHash(*number, page));
    }
    TIDEMARK_TRY([[maybe_unused]] const auto facts, decoder.finish());
    return object;
}

}  // namespace

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
    TIDEMARK_TRY(const auto bytes, storage.read(info.name, 0, storage::kToTheEnd, stop));
    auto object = hashAll(*bytes, info, stop);
    if (!object.ok()) {
        return replica::naming(info.name, std::move(object).error());
    }
    return object;
}

}  // namespace tidemark::restore
