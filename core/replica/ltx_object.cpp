#include "core/replica/ltx_object.h"

#include "core/ltx/damaged.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark::replica {
namespace {

class SpanReader final : public ByteReader {
public:
    explicit SpanReader(std::span<const std::byte> bytes) : m_rest(bytes) {}

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        const std::size_t got = std::min(into.size(), m_rest.size());
        std::ranges::copy(m_rest.first(got), into.begin());
        m_rest = m_rest.subspan(got);
        return got;
    }

private:
    std::span<const std::byte> m_rest;
};

Result<ltx::Header> headerOf(std::span<const std::byte> bytes, const ObjectInfo& object)
{
    auto header = ltx::decodeHeader(bytes);
    if (!header.ok()) {
        return naming(object.name, std::move(header).error());
    }
    auto fits = checkRange(header.value(), object);
    if (!fits.ok()) {
        return naming(object.name, std::move(fits).error());
    }
    return header;
}

/// Index place and trailer from the object's last bytes.
Status addTail(LtxObject& object, std::span<const std::byte> lastBytes)
{
    auto place = ltx::findIndex(lastBytes, object.info.sizeBytes);
    if (!place.ok()) {
        return naming(object.info.name, std::move(place).error());
    }
    auto trailer =
        ltx::decodeTrailer(lastBytes.last(ltx::kTrailerSize), object.header.hasDatabaseChecksums);
    if (!trailer.ok()) {
        return naming(object.info.name, std::move(trailer).error());
    }
    object.index = place.value();
    object.trailer = trailer.value();
    return {};
}

}  // namespace

Status checkRange(const ltx::Header& header, const ObjectInfo& object)
{
    if (header.minTxId == object.minTxId && header.maxTxId == object.maxTxId) {
        return {};
    }
    return ltx::damaged(
        {TIDEMARK_TEXT("replica", "LTX file: it holds other transactions than its name says.")});
}

Result<ltx::Header> readObjectHeader(const storage::Storage& storage, const ObjectInfo& object,
                                     const std::stop_token& stop)
{
    ltx::HeaderBytes bytes{};
    TIDEMARK_TRY_STATUS(readExactly(storage, object.name, 0, bytes, stop));
    return headerOf(bytes, object);
}

Result<LtxObject> readLtxObject(const storage::Storage& storage, const ObjectInfo& info,
                                const std::stop_token& stop)
{
    LtxObject object{.info = info};
    if (info.sizeBytes < ltx::kHeaderSize + ltx::kIndexTailSize) {
        return Error{
            .code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("replica", "%1 is too short to be an LTX file."), {info.name}}};
    }
    std::array<std::byte, ltx::kIndexTailSize> tail{};
    std::span<const std::byte> lastBytes = tail;
    if (info.sizeBytes <= kSmallObjectBytes) {
        object.bytes.resize(static_cast<std::size_t>(info.sizeBytes));
        TIDEMARK_TRY_STATUS(readExactly(storage, info.name, 0, object.bytes, stop));
        TIDEMARK_TRY(object.header, headerOf(object.bytes, info));
        lastBytes = std::span(object.bytes).last(ltx::kIndexTailSize);
    } else {
        TIDEMARK_TRY(object.header, readObjectHeader(storage, info, stop));
        TIDEMARK_TRY_STATUS(
            readExactly(storage, info.name, info.sizeBytes - tail.size(), tail, stop));
    }
    object.info.time = object.header.createdAt;
    object.info.precision = TimePrecision::Exact;
    TIDEMARK_TRY_STATUS(addTail(object, lastBytes));
    return object;
}

Status readPageIndex(const storage::Storage& storage, const LtxObject& object,
                     const std::function<Status(const ltx::FrameAt&)>& entry,
                     const std::stop_token& stop)
{
    const ltx::IndexPlace& place = object.index;
    std::unique_ptr<ByteReader> bytes;
    if (object.bytes.empty()) {
        TIDEMARK_TRY(bytes, storage.read(object.info.name, place.offset, place.sizeBytes, stop));
    } else {
        bytes = std::make_unique<SpanReader>(
            std::span(object.bytes).subspan(static_cast<std::size_t>(place.offset)));
    }
    ltx::PageIndexReader index(*bytes, place, object.header);
    for (;;) {
        auto next = index.next();
        if (!next.ok()) {
            return naming(object.info.name, std::move(next).error());
        }
        if (!next.value()) {
            return {};
        }
        TIDEMARK_TRY_STATUS(entry(*next.value()));
    }
}

Result<ObjectFacts> lookInside(const storage::Storage& storage, const ObjectInfo& info,
                               const std::stop_token& stop)
{
    TIDEMARK_TRY(const LtxObject object, readLtxObject(storage, info, stop));
    ObjectFacts facts{.header = object.header};
    const auto count = [&facts](const ltx::FrameAt&) -> Status {
        ++facts.pages;
        return {};
    };
    TIDEMARK_TRY_STATUS(readPageIndex(storage, object, count, stop));
    return facts;
}

}  // namespace tidemark::replica
