#include "core/replica/writer_claims.h"

#include "core/base/memory_stream.h"
#include "core/base/rfc3339.h"
#include "core/replica/object_source.h"

#include <utility>

namespace tidemark::replica {
namespace {

std::string orUnknown(const std::string& name)
{
    return name.empty() ? "?" : name;
}

}  // namespace

Result<std::optional<ListedClaim>> readClaim(const storage::Storage& storage,
                                             const std::string& objectName,
                                             const std::stop_token& stop)
{
    const auto text = readText(storage, objectName, kMaxClaimFileBytes, stop);
    if (text.ok()) {
        return std::optional(ListedClaim{objectName, decodeClaim(text.value())});
    }
    if (text.error().code == ErrorCode::NotFound) {
        return std::optional<ListedClaim>();
    }
    // One that cannot be read can be named, and released.
    return text.error().code == ErrorCode::Damaged || text.error().code == ErrorCode::Io
               ? Result<std::optional<ListedClaim>>(ListedClaim{.objectName = objectName})
               : text.error();
}

Result<std::vector<ListedClaim>> readClaims(const storage::Storage& storage,
                                            const std::stop_token& stop)
{
    std::vector<std::string> names;
    const auto add = [&names](const storage::ObjectEntry& entry) {
        if (isClaimName(entry.name)) {
            names.push_back(entry.name);
        }
        return storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list(kClaimPrefix, add, stop));
    std::vector<ListedClaim> claims;
    for (const std::string& name : names) {
        // One that is not there any more was given up meanwhile.
        TIDEMARK_TRY(auto claim, readClaim(storage, name, stop));
        if (claim) {
            claims.push_back(*std::move(claim));
        }
    }
    return claims;
}

Result<storage::WriteOutcome> writeClaim(storage::Storage& storage, const std::string& objectName,
                                         const WriterClaim& claim, const std::stop_token& stop)
{
    return storage.write(objectName, MemorySource(encodeClaim(claim)), {.time = claim.since}, stop);
}

std::string describe(const ListedClaim& listed)
{
    if (!listed.claim) {
        return listed.objectName;
    }
    const WriterClaim& claim = *listed.claim;
    return orUnknown(claim.program) + " of " + orUnknown(claim.user) + " on " +
           orUnknown(claim.life.host) + " (process " + std::to_string(claim.life.processId) +
           ", since " + formatRfc3339(claim.since) + ')';
}

}  // namespace tidemark::replica
