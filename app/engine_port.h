#pragma once

#include "core/service/service.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::app {

/// A question to the engine that is still open. Destroying it withdraws the question at once,
/// without waiting: no answer comes any more, and a restore leaves nothing behind.
class Pending {
public:
    virtual ~Pending() = default;

    /// Asks for the end of the work; the answer is Cancelled, or that it was too late.
    virtual void cancel() = 0;
};

template <typename T>
using Answer = std::function<void(Result<T>)>;

/// What the window asks of the engine. For the GUI thread; no call blocks, and every answer comes
/// later, on the GUI thread, never from within the call.
class EnginePort {
public:
    virtual ~EnginePort() = default;

    // These cannot fail: what comes of them is told to the EngineListener, trouble too, as the
    // database's status. An id that is not followed (any more) is ignored.

    /// Begins to follow, or does as soon as the same path was left. The id is that of the path.
    virtual service::DatabaseId follow(const service::DatabaseConfig& config) = 0;
    /// Captures to the end, uploads, lets go; then removed() is told. Replicas stay.
    virtual void unfollow(const service::DatabaseId& id) = 0;
    /// Lets go of the source until resume(); what changes meanwhile becomes one moment then.
    virtual void pause(const service::DatabaseId& id) = 0;
    virtual void resume(const service::DatabaseId& id) = 0;
    /// What waits for its next try, at the source or at a replica, is tried now.
    virtual void retryNow(const service::DatabaseId& id) = 0;
    /// Orders a snapshot of what is committed now in each replica. While it is being made the
    /// replica's status says so, and then what is newest; what stands in the way is told there too.
    virtual void snapshotNow(const service::DatabaseId& id) = 0;

    // A question with one answer; an Error says what happened and what to do.

    /// Whether the file can be followed, and what it is. Opens it through SQLite for a moment.
    [[nodiscard]] virtual std::unique_ptr<Pending> inspect(std::string path,
                                                           Answer<service::SourceFacts> answer) = 0;

    /// Shared by all that show it.
    using CatalogPointer = std::shared_ptr<const replica::Catalog>;
    /// Lists a replica of ours or of Litestream's; nothing is written to it.
    [[nodiscard]] virtual std::unique_ptr<Pending> openReplica(storage::StorageAddress address,
                                                               Answer<CatalogPointer> answer) = 0;

    using OnStep = std::function<void(const storage::ProbedStep& step)>;
    /// Tries a place out before a replica lives in it: see service::Service::testPlace. `told`
    /// comes with each step, on the GUI thread too, before the answer.
    [[nodiscard]] virtual std::unique_ptr<Pending> testPlace(storage::StorageAddress address,
                                                             OnStep told,
                                                             Answer<service::PlaceTest> answer) = 0;

    /// Pages and sizes of a moment of that replica.
    [[nodiscard]] virtual std::unique_ptr<Pending> describeMoment(
        storage::StorageAddress address, replica::Moment moment,
        Answer<service::MomentFacts> answer) = 0;

    /// Writes a new file. `progress` comes on the GUI thread too, the newest one when several were
    /// made meanwhile.
    [[nodiscard]] virtual std::unique_ptr<Pending> restore(storage::StorageAddress address,
                                                           restore::Request request,
                                                           restore::OnProgress progress,
                                                           Answer<restore::Restored> answer) = 0;

    /// What lies at `path`; empty when nothing does.
    [[nodiscard]] virtual std::unique_ptr<Pending> kindOf(
        std::string path, Answer<std::optional<FileKind>> answer) = 0;

    /// Of the disk that `folder`, or the nearest of its parents that exists, lies on.
    [[nodiscard]] virtual std::unique_ptr<Pending> freeSpace(std::string folder,
                                                             Answer<Space> answer) = 0;
};

/// Who is told what the engine does, on the GUI thread.
class EngineListener {
public:
    virtual ~EngineListener() = default;

    virtual void statusChanged(const service::DatabaseStatus& status) = 0;
    virtual void happened(const service::Event& event) = 0;
    virtual void removed(const service::DatabaseId& id) = 0;

    /// More happened than was kept: whoever counts events must read the replica again.
    virtual void eventsMissed() = 0;
};

}  // namespace tidemark::app
