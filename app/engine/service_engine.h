#pragma once

#include "app/engine_port.h"
#include "core/service/service.h"

#include <QObject>

#include <list>

namespace tidemark::app {

/// The engine of this process behind the port: posts every answer to the GUI thread, and keeps what
/// was withdrawn until it has ended, so that nobody waits. Made and destroyed on the GUI thread,
/// destroyed after Service::stop().
class ServiceEngine final : public QObject, public EnginePort {
    Q_OBJECT

public:
    /// Both outlive it.
    ServiceEngine(service::Service& service, FileSystem& files);
    ~ServiceEngine() override;

    service::DatabaseId follow(const service::DatabaseConfig& config) override;
    void unfollow(const service::DatabaseId& id) override;
    void pause(const service::DatabaseId& id) override;
    void resume(const service::DatabaseId& id) override;
    void retryNow(const service::DatabaseId& id) override;

    [[nodiscard]] std::unique_ptr<Pending> inspect(std::string path,
                                                   Answer<service::SourceFacts> answer) override;
    [[nodiscard]] std::unique_ptr<Pending> openReplica(storage::StorageAddress address,
                                                       Answer<CatalogPointer> answer) override;
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
};

}  // namespace tidemark::app
