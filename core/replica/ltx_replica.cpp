#include "core/replica/ltx_replica.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/layout.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tidemark::replica {
namespace {

constexpr std::size_t kCompareBytes = 256 << 10;

/// Fills `into` unless the bytes end before; gives how many there were.
Result<std::size_t> readFully(ByteReader& reader, std::span<std::byte> into)
{
    std::size_t done = 0;
    while (done < into.size()) {
        TIDEMARK_TRY(const std::size_t got, reader.read(into.subspan(done)));
        if (got == 0) {
            break;
        }
        done += got;
    }
    return done;
}

Result<bool> sameBytes(const ByteSource& left, const ByteSource& right)
{
    TIDEMARK_TRY(const auto leftReader, left.open());
    TIDEMARK_TRY(const auto rightReader, right.open());
    std::vector<std::byte> leftBytes(kCompareBytes);
    std::vector<std::byte> rightBytes(kCompareBytes);
    for (;;) {
        TIDEMARK_TRY(const std::size_t got, readFully(*leftReader, leftBytes));
        TIDEMARK_TRY(const std::size_t other, readFully(*rightReader, rightBytes));
        if (!std::ranges::equal(std::span(leftBytes).first(got),
                                std::span(rightBytes).first(other))) {
            return false;
        }
        if (got < kCompareBytes) {
            return true;
        }
    }
}

}  // namespace

Result<Catalog> readLtxCatalog(const storage::Storage& storage, const std::stop_token& stop)
{
    std::vector<ObjectInfo> objects;
    std::vector<std::string> foreign;
    const auto add = [&](const storage::ObjectEntry& entry) {
        if (const auto key = parseObjectName(entry.name)) {
            objects.push_back({.level = key->level,
                               .minTxId = key->range.minTxId,
                               .maxTxId = key->range.maxTxId,
                               .time = entry.modified.value_or(Timestamp()),
                               .sizeBytes = entry.sizeBytes,
                               .name = entry.name});
        } else {
            foreign.push_back(entry.name);
        }
        return storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list(kLtxPrefix, add, stop));
    return buildCatalog(std::move(objects), std::move(foreign));
}

Result<PutOutcome> LtxReplica::put(int level, ltx::TxRange range, const ByteSource& file,
                                   Timestamp time, const std::stop_token& stop)
{
    TIDEMARK_TRY(const StagedFile staged, stage(level, range, file, time, stop));
    TIDEMARK_TRY_STATUS(mayWrite(stop));
    storage::StagedObject* const object = staged.object.get();
    TIDEMARK_TRY(const std::size_t appeared, m_storage.publish(std::span(&object, 1), stop));
    if (appeared == 1) {
        return PutOutcome::Written;
    }
    TIDEMARK_TRY(const bool same, sameBytes(file, ObjectSource(m_storage, staged.name, stop)));
    return same ? PutOutcome::AlreadyThereSame : PutOutcome::AlreadyThereDifferent;
}

Result<StagedFile> LtxReplica::stage(int level, ltx::TxRange range, const ByteSource& file,
                                     Timestamp time, const std::stop_token& stop)
{
    StagedFile staged{.name = objectName({.level = level, .range = range}), .file = &file};
    TIDEMARK_TRY(staged.object, m_storage.stage(staged.name, file, {.time = time}, stop));
    return staged;
}

Published LtxReplica::publish(std::span<const StagedFile* const> files, const std::stop_token& stop)
{
    std::vector<storage::StagedObject*> objects;
    for (const StagedFile* const each : files) {
        objects.push_back(each->object.get());
    }
    Published done;
    if (Status may = mayWrite(stop); !may.ok()) {
        done.failure = std::move(may).error();
        return done;
    }
    while (done.count < files.size()) {
        auto appeared = m_storage.publish(std::span(objects).subspan(done.count), stop);
        if (!appeared.ok()) {
            done.failure = std::move(appeared).error();
            return done;
        }
        done.count += appeared.value();
        if (done.count == files.size()) {
            return done;
        }
        const StagedFile& next = *files[done.count];
        auto same = sameBytes(*next.file, ObjectSource(m_storage, next.name, stop));
        if (!same.ok()) {
            done.failure = std::move(same).error();
            return done;
        }
        if (!same.value()) {
            return done;
        }
        ++done.count;
    }
    return done;
}

Status LtxReplica::remove(std::span<const std::string> names, const std::stop_token& stop)
{
    for (const std::string& name : names) {
        if (!parseObjectName(name)) {
            return Error{.code = ErrorCode::Bug,
                         .what = {TIDEMARK_TEXT("replica",
                                                "\"%1\" was to be deleted and is no object of "
                                                "the replica, so nothing is deleted."),
                                  {name}}};
        }
    }
    TIDEMARK_TRY_STATUS(mayWrite(stop));
    return m_storage.remove(names, stop);
}

}  // namespace tidemark::replica
