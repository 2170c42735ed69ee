#include "core/replica/layout.h"

namespace tidemark::replica {

std::string objectName(const ObjectKey& key)
{
    return std::string(kLtxPrefix) + std::to_string(key.level) + '/' + ltx::fileName(key.range);
}

ObjectInfo segmentAt(ltx::TxId txId)
{
    return segmentOf({.minTxId = txId, .maxTxId = txId});
}

ObjectInfo segmentOf(ltx::TxRange range)
{
    return {.level = kSegmentLevel,
            .minTxId = range.minTxId,
            .maxTxId = range.maxTxId,
            .name = objectName({.level = kSegmentLevel, .range = range})};
}

std::optional<ObjectKey> parseObjectName(std::string_view name)
{
    if (!name.starts_with(kLtxPrefix)) {
        return std::nullopt;
    }
    name.remove_prefix(kLtxPrefix.size());
    // Levels have one digit.
    if (name.size() < 2 || name[0] < '0' || name[0] > '9' || name[1] != '/') {
        return std::nullopt;
    }
    const int level = name[0] - '0';
    const auto range = ltx::parseFileName(name.substr(2));
    if (!range || (level == kSnapshotLevel && range->minTxId != ltx::TxId{1})) {
        return std::nullopt;
    }
    return ObjectKey{.level = level, .range = *range};
}

}  // namespace tidemark::replica
