#include "core/replica/damage.h"

#include "core/base/rfc3339.h"
#include "core/ltx/decoder.h"
#include "core/replica/catalog_builder.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidemark::replica {
namespace {

constexpr auto kIgnorePages = [](std::uint32_t, std::span<const std::byte>) {};

std::string nameAndTime(const Moment& moment)
{
    return std::to_string(moment.txId.value) + " (" + formatRfc3339(moment.time) + ")";
}

Result<ltx::Header> readPages(ByteReader& bytes, const ObjectInfo& object, const OnPage& onPage,
                              const std::stop_token& stop)
{
    ltx::Decoder decoder(bytes);
    TIDEMARK_TRY(const ltx::Header header, decoder.readHeader());
    TIDEMARK_TRY_STATUS(checkRange(header, object));
    std::vector<std::byte> page(header.pageSizeBytes);
    for (;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const auto number, decoder.nextPage(page));
        if (!number) {
            break;
        }
        onPage(*number, page);
    }
    TIDEMARK_TRY([[maybe_unused]] const auto facts, decoder.finish());
    return header;
}

Error hasChanged(const ObjectInfo& object)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("replica", "%1 has another size than it was listed with."),
                     {object.name}}};
}

}  // namespace

bool isOfObject(const Error& error)
{
    return error.code == ErrorCode::Damaged || error.code == ErrorCode::Unsupported;
}

Result<ltx::Header> readWhole(const storage::Storage& storage, const ObjectInfo& object,
                              const OnPage& onPage, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto bytes, storage.read(object.name, 0, storage::kToTheEnd, stop));
    auto header = readPages(*bytes, object, onPage, stop);
    return header.ok() ? header : Result<ltx::Header>(naming(object.name, header.error()));
}

Status checkObject(const storage::Storage& storage, const ObjectInfo& object,
                   const std::stop_token& stop)
{
    const auto read = readWhole(storage, object, kIgnorePages, stop);
    return read.ok() ? Status() : Status(read.error());
}

Status checkFile(const ByteSource& file, const ObjectInfo& object, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto bytes, file.open());
    const auto read = readPages(*bytes, object, kIgnorePages, stop);
    return read.ok() ? Status() : Status(read.error());
}

Result<std::vector<ObjectInfo>> damagedOf(const storage::Storage& storage,
                                          std::span<const ObjectInfo> objects,
                                          const std::stop_token& stop)
{
    std::vector<ObjectInfo> damaged;
    for (const ObjectInfo& each : objects) {
        const Status checked = checkObject(storage, each, stop);
        if (checked.ok() || checked.error().code == ErrorCode::NotFound ||
            checked.error().code == ErrorCode::Unsupported) {
            continue;
        }
        if (checked.error().code != ErrorCode::Damaged) {
            return checked.error();
        }
        TIDEMARK_TRY(const auto there, storage.find(each.name, stop));
        if (there && each.sizeBytes != 0 && there->sizeBytes != each.sizeBytes) {
            return hasChanged(each);
        }
        if (there) {
            damaged.push_back(each);
        }
    }
    return damaged;
}

Catalog without(Catalog catalog, const ObjectNames& names)
{
    const auto isNamed = [&names](const ObjectInfo& each) { return names.contains(each.name); };
    const auto removed = names.empty() ? 0 : std::erase_if(catalog.objects, isNamed);
    return removed == 0 ? std::move(catalog)
                        : buildCatalog(std::move(catalog.objects), std::move(catalog.foreign));
}

Nearest nearestTo(const Catalog& catalog, ltx::TxId moment)
{
    const auto& moments = catalog.moments;
    const auto from = std::ranges::lower_bound(moments, moment, {}, &Moment::txId);
    const auto behind = std::ranges::upper_bound(moments, moment, {}, &Moment::txId);
    return {.before = from == moments.begin() ? std::nullopt : std::optional(*std::prev(from)),
            .after = behind == moments.end() ? std::nullopt : std::optional(*behind)};
}

Message inWords(const Nearest& nearest)
{
    if (nearest.before && nearest.after) {
        return {TIDEMARK_TEXT("replica", "The nearest moments are %1 and %2."),
                {nameAndTime(*nearest.before), nameAndTime(*nearest.after)}};
    }
    if (nearest.before) {
        return {TIDEMARK_TEXT("replica", "The last moment before is %1."),
                {nameAndTime(*nearest.before)}};
    }
    if (nearest.after) {
        return {TIDEMARK_TEXT("replica", "The first moment behind is %1."),
                {nameAndTime(*nearest.after)}};
    }
    return {TIDEMARK_TEXT("replica", "No other moment of this replica can be restored.")};
}

}  // namespace tidemark::replica
