#include "app/cli/page_counts.h"

#include "core/replica/catalog_builder.h"
#include "core/replica/ltx_object.h"
#include "core/restore/parallel.h"

#include <cstddef>
#include <stop_token>
#include <utility>

namespace tidemark::cli {
namespace {

/// Empty when the object is damaged or gone: then verify says what is wrong with it. Where the
/// storage does not answer, less would be told than is there.
Result<std::optional<replica::ObjectFacts>> factsOf(const storage::Storage& storage,
                                                    const replica::ObjectInfo& info,
                                                    const std::stop_token& stop)
{
    auto facts = replica::lookInside(storage, info, stop);
    if (!facts.ok() && (facts.error().code == ErrorCode::Cancelled ||
                        facts.error().code == ErrorCode::Unavailable)) {
        return std::move(facts).error();
    }
    return facts.ok() ? std::optional(std::move(facts).value()) : std::nullopt;
}

}  // namespace

Status lookAtMoments(Session& session, const storage::Storage& storage,
                     const replica::Catalog& catalog, std::span<replica::Moment> moments)
{
    const auto lookAtOne = [&](unsigned, std::size_t index) -> Status {
        replica::Moment& moment = moments[index];
        const auto* const object = replica::newestObjectOf(catalog, moment.txId);
        if (object == nullptr) {
            return {};
        }
        TIDEMARK_TRY(const auto facts, factsOf(storage, *object, session.stop));
        if (facts) {
            moment.pages = facts->pages;
            moment.time = facts->header.createdAt;
            moment.precision = replica::TimePrecision::Exact;
        }
        return {};
    };
    return parallelFor(restore::restoreThreads(storage), moments.size(), lookAtOne);
}

Status lookAtObjects(Session& session, const storage::Storage& storage,
                     std::span<ListedObject> objects)
{
    const auto lookAtOne = [&](unsigned, std::size_t index) -> Status {
        ListedObject& object = objects[index];
        TIDEMARK_TRY(const auto facts, factsOf(storage, object.info, session.stop));
        if (facts) {
            object.pages = facts->pages;
            object.info.time = facts->header.createdAt;
            object.info.precision = replica::TimePrecision::Exact;
        }
        return {};
    };
    return parallelFor(restore::restoreThreads(storage), objects.size(), lookAtOne);
}

}  // namespace tidemark::cli
