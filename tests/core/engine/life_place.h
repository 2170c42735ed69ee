#pragma once

#include "core/engine/compactor.h"
#include "core/engine/damage_book.h"
#include "core/engine/kept_moments.h"
#include "core/engine/replica_levels.h"
#include "core/engine/uploader.h"
#include "core/engine/written_headers.h"
#include "core/replica/damage.h"
#include "core/replica/marks.h"
#include "core/replica/pins.h"
#include "tests/core/engine/life_truth.h"
#include "tests/support/faulty_storage.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tidemark::engine {

/// Somebody who reads a moment, slowly.
struct RunningRestore {
    replica::PinBoard::Pin pin;
    replica::RestorePlan plan = {};
    std::uint64_t txId = 0;
};

/// A replica of a life, who writes into it, and what it must be able to restore from now on.
struct Place {
    std::string id = {};
    storage::FaultyStorage storage = {};
    replica::LtxReplica replica{storage};
    SimpleRestorer simple{storage.inside()};
    replica::PinBoard pins = {};
    std::unique_ptr<DamageBook> book = {};
    std::unique_ptr<Uploader> uploader = {};
    ReplicaLevels levels = {};
    WrittenHeaders headers = {};
    replica::ObjectNames unfinished = {};  // By deletions that broke off; outlives restarts.
    std::optional<RunningRestore> restore = {};
    std::set<std::uint64_t> promised = {};
    replica::ObjectNames spoilt = {};                // What was damaged there, found or not.
    std::optional<state::ReplicaState> synced = {};  // What a loss of power leaves of its state.
    std::optional<replica::Catalog> whole = {};
    std::uint64_t wholeAt = 0;
    std::uint64_t checkedAt = 0;
    std::set<std::uint64_t> cut = {};  // What the limit of the spool took from it.
    bool isDown = false;
    bool isSeldom = false;  // Several segments are one file.
    bool mustLook = false;  // What it held has changed under the uploader.

    /// What is there and whole. Until the next change.
    [[nodiscard]] const replica::Catalog& truth()
    {
        if (!whole || wholeAt != storage.changes()) {
            whole = replica::without(replica::readLtxCatalog(storage.inside(), {}).value(), spoilt);
            wholeAt = storage.changes();
        }
        return *whole;
    }

    /// What its engine goes without.
    [[nodiscard]] replica::ObjectNames missing() const { return book->missing().value(); }

    [[nodiscard]] std::vector<ltx::TxId> markedMoments()
    {
        std::vector<ltx::TxId> moments;
        for (const replica::Mark& each : replica::readMarks(storage.inside(), {}).value().marks) {
            moments.push_back(each.txId);
        }
        return moments;
    }

    /// As it is listed, once more; false when it cannot be.
    bool relist()
    {
        const auto listed = replica::readLtxCatalog(storage, {});
        if (!listed.ok()) {
            return false;
        }
        const replica::Catalog left = replica::without(listed.value(), missing());
        levels = ReplicaLevels(left, missing());
        mustLook = mustLook || replica::positionOf(left) < uploader->confirmed();
        return true;
    }

    /// Reads what may be damaged; what was learnt is done without from now on. Whether to read it
    /// again in a minute.
    bool inspect(const std::vector<replica::ObjectInfo>& suspects, Suspecting who)
    {
        const auto learnt = book->inspect(storage, suspects, who, {});
        if (learnt.ok() && learnt.value() >= Inspection::Known) {
            mustLook = true;
            relist();
        } else if (!learnt.ok()) {
            relist();
        }
        return learnt.ok() && learnt.value() == Inspection::Suspected;
    }

    /// Somebody spoils an object; what cannot be restored any more is promised no longer.
    void spoil(const replica::ObjectInfo& object, std::uint64_t how)
    {
        if (how % 3 == 0) {
            storage.lose(object.name);
        } else {
            storage.spoil(object.name, [how](std::string& bytes) {
                const std::size_t at = how / 3 % bytes.size();
                if (how % 3 == 1) {
                    bytes.resize(at);
                } else {
                    bytes[at] = static_cast<char>(bytes[at] ^ 1);
                }
            });
        }
        simple.forget(object.name);
        // A frame of LZ4 may say the same in other words.
        if (replica::checkObject(storage.inside(), object, {}).ok()) {
            return;
        }
        spoilt.insert(object.name);
        const replica::Catalog& left = truth();
        std::erase_if(promised, [&left](std::uint64_t txId) { return !isMoment(left, txId); });
    }

    /// What goes for the limit and is above what it is known to have, which without a look is
    /// little.
    void noteCut(ltx::TxRange gone, ltx::TxId has)
    {
        for (auto txId = std::max(gone.minTxId.value, has.value + 1); txId <= gone.maxTxId.value;
             ++txId) {
            cut.insert(txId);
        }
    }

    /// What a policy does not keep is not read before a deletion: it may rest on an object that is
    /// spoilt and not found yet.
    void forgiveSpoilt(const std::vector<KeptMoment>& kept)
    {
        if (spoilt.empty()) {
            return;
        }
        const replica::Catalog& left = truth();
        std::erase_if(promised, [&](std::uint64_t txId) {
            return !isMoment(left, txId) &&
                   std::ranges::find(kept, ltx::TxId{txId}, &KeptMoment::txId) == kept.end();
        });
    }

    /// Ends a restore that needs what was spoilt, or reads it to its end: what it gave.
    [[nodiscard]] std::optional<std::string> endRestore()
    {
        const auto isSpoilt = [this](const replica::ObjectInfo& each) {
            return spoilt.contains(each.name);
        };
        std::optional<std::string> read;
        if (std::ranges::none_of(restore->plan.objects, isSpoilt)) {
            read = simple.laidOver(restore->plan);
        }
        restore.reset();
        return read;
    }
};

}  // namespace tidemark::engine
