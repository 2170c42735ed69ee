#include "core/replica/strays.h"

#include "core/ltx/state_digest.h"
#include "core/replica/damage.h"
#include "core/replica/ltx_object.h"
#include "core/replica/ltx_replica.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace tidemark::replica {
namespace {

/// What objects of one listing say of the states they found and left.
class Neighbours {
public:
    Neighbours(const storage::Storage& storage, const Catalog& catalog, const std::stop_token& stop)
        : m_storage(storage), m_stop(stop)
    {
        for (const ObjectInfo& each : catalog.objects) {
            m_byStart.emplace(each.minTxId, &each);
            m_byEnd.emplace(each.maxTxId, &each);
        }
    }

    [[nodiscard]] Result<bool> isStray(const ObjectInfo& object)
    {
        TIDEMARK_TRY(const auto own, digests(object));
        if (!own) {
            return false;
        }
        TIDEMARK_TRY(const bool isContradicted, followsNothing(object, own->before));
        return isContradicted ? Result<bool>(true) : isOutvoted(object, own->after);
    }

    /// Whom it follows, and who ends where it ends, is asked without it from now on.
    void leaveOut(const ObjectInfo& stray)
    {
        const auto isIt = [&stray](const auto& each) { return each.second->name == stray.name; };
        std::erase_if(m_byStart, isIt);
        std::erase_if(m_byEnd, isIt);
    }

    [[nodiscard]] std::vector<const ObjectInfo*> before(const ObjectInfo& object) const
    {
        std::vector<const ObjectInfo*> found;
        const auto [from, to] = m_byEnd.equal_range({object.minTxId.value - 1});
        for (auto each = from; each != to; ++each) {
            found.push_back(each->second);
        }
        return found;
    }

private:
    using ByTxId = std::multimap<ltx::TxId, const ObjectInfo*>;

    /// Whether all that could lie before it left something else.
    Result<bool> followsNothing(const ObjectInfo& object, std::uint64_t found)
    {
        if (found == 0) {
            return false;  // It has every page, and follows whatever is there.
        }
        bool isAny = false;
        const auto [from, to] = m_byEnd.equal_range({object.minTxId.value - 1});
        for (auto each = from; each != to; ++each) {
            TIDEMARK_TRY(const auto before, digests(*each->second));
            if (before && before->after == found) {
                return false;
            }
            isAny = isAny || before;
        }
        return isAny;
    }

    /// Whether what follows it follows another one of the same end, and nothing follows it itself.
    Result<bool> isOutvoted(const ObjectInfo& object, std::uint64_t left)
    {
        bool isOther = false;
        const auto [from, to] = m_byStart.equal_range({object.maxTxId.value + 1});
        for (auto each = from; each != to; ++each) {
            TIDEMARK_TRY(const auto next, digests(*each->second));
            if (next && next->before == left) {
                return false;
            }
            if (next && next->before != 0 && !isOther) {
                TIDEMARK_TRY(isOther, anyLeft(next->before, object.maxTxId));
            }
        }
        return isOther;
    }

    Result<bool> anyLeft(std::uint64_t state, ltx::TxId end)
    {
        const auto [from, to] = m_byEnd.equal_range(end);
        for (auto each = from; each != to; ++each) {
            TIDEMARK_TRY(const auto other, digests(*each->second));
            if (!other || other->after != state) {
                continue;
            }
            // A stray has no vote.
            TIDEMARK_TRY(const bool isStray, followsNothing(*each->second, other->before));
            if (!isStray) {
                return true;
            }
        }
        return false;
    }

    /// Empty also when they cannot be read, which says nothing of the others.
    Result<std::optional<ltx::DigestPair>> digests(const ObjectInfo& object)
    {
        if (const auto known = m_known.find(object.name); known != m_known.end()) {
            return known->second;
        }
        const auto header = readObjectHeader(m_storage, object, m_stop);
        if (!header.ok() && !isOfObject(header.error()) &&
            header.error().code != ErrorCode::NotFound) {
            return header.error();
        }
        const auto read = header.ok() ? ltx::digestsOf(header.value()) : std::nullopt;
        m_known.emplace(object.name, read);
        return read;
    }

    const storage::Storage& m_storage;
    const std::stop_token& m_stop;
    ByTxId m_byStart;
    ByTxId m_byEnd;
    std::map<std::string, std::optional<ltx::DigestPair>> m_known;
};

}  // namespace

Result<std::vector<ObjectInfo>> straysOf(const storage::Storage& storage,
                                         std::span<const ObjectInfo> objects,
                                         const ObjectNames& ignored, const std::stop_token& stop)
{
    std::vector<ObjectInfo> strays;
    if (objects.empty()) {
        return strays;
    }
    TIDEMARK_TRY(Catalog listed, readLtxCatalog(storage, stop));
    const Catalog catalog = without(std::move(listed), ignored);
    Neighbours neighbours(storage, catalog, stop);
    for (const ObjectInfo& each : objects) {
        TIDEMARK_TRY(const bool isStray, neighbours.isStray(each));
        if (isStray) {
            strays.push_back(each);
        }
    }
    // Of a chain of them the last one alone is outvoted: those before it are followed, by strays.
    for (std::size_t i = 0; i < strays.size(); ++i) {
        neighbours.leaveOut(strays[i]);
        for (const ObjectInfo* const each : neighbours.before(strays[i])) {
            TIDEMARK_TRY(const bool isStray, neighbours.isStray(*each));
            if (isStray &&
                std::ranges::find(strays, each->name, &ObjectInfo::name) == strays.end()) {
                strays.push_back(*each);
            }
        }
    }
    return strays;
}

}  // namespace tidemark::replica
