#pragma once

#include "app/engine_port.h"
#include "core/service/service.h"

#include <QObject>
#include <QThreadPool>

#include <list>
#include <memory>

namespace tidemark::app {

/// The engine of this process behind the port: posts every answer to the GUI thread, and keeps what
/// was withdrawn until it has ended, so that nobody waits. Made and destroyed on the GUI thread,
/// destroyed after Service::stop(); that waits for looks at the disk, but not for long.
class ServiceEngine final : public QObject, public EnginePort {
    Q_OBJECT

public:
    /// Both outlive it. A look at a disk that does not answer may still be within `files` then.
    ServiceEngine(service::Service& service, FileSystem& files);
    ~ServiceEngine() override;

    service::DatabaseId follow(const service::DatabaseConfig& config) override;
    void unfollow(const service::DatabaseId& id) override;
    void pause(const service::DatabaseId& id) override;
    void resume(const service::DatabaseId& id) override;
    void retryNow(const service::DatabaseId& id) override;
    void snapshotNow(const service::DatabaseId& id) override;

    [[nodiscard]] std::unique_ptr<Pending> inspect(std::string path,
                                                   Answer<service::SourceFacts> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> openReplica(storage::StorageAddress address,
                                                       Answer<CatalogPointer> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> testPlace(storage::StorageAddress address, OnStep told,
                                                     Answer<service::PlaceTest> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> describeMoment(
        storage::StorageAddress address, replica::Moment moment,
        Answer<service::MomentFacts> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> restore(storage::StorageAddress address,
                                                   restore::Request request,
                                                   restore::OnProgress progress,
                                                   Answer<restore::Restored> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> kindOf(std::string path,
                                                  Answer<std::optional<FileKind>> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> freeSpace(std::string folder,
                                                     Answer<Space> answer) override;

private:
    /// One question from being asked to its answer. Shared by the handle that the asker holds, by
    /// m_open, and by the callbacks of the service.
    struct Question {
        std::unique_ptr<service::Job> job = {};
        bool withdrawn = false;
    };
    class Handle;
    struct Gate;

    template <typename T>
    std::function<void(Result<T>)> posted(const std::shared_ptr<Question>& question,
                                          Answer<T> answer);
    template <typename T>
    std::unique_ptr<Pending> lookAtDisk(std::function<Result<T>()> look, Answer<T> answer);
    std::shared_ptr<Question> ask();
    void forget(const std::shared_ptr<Question>& question);

    service::Service& m_service;
    FileSystem& m_files;
    std::list<std::shared_ptr<Question>> m_open;
    std::shared_ptr<Gate> m_gate;          // Shared with the looks at the disk.
    std::unique_ptr<QThreadPool> m_looks;  // Of their own: a disk that hangs stops nothing else.
};

}  // namespace tidemark::app
