#include "app/engine/service_engine.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace tidemark::app {
namespace {

/// More looks at disks that hang would only hold more threads.
constexpr int kLookThreads = 4;

/// So long the end waits for looks; then they are left to themselves.
constexpr std::chrono::milliseconds kLastLooks{500};

/// The newest progress of a restore on its way to the GUI thread.
struct ProgressBox {
    std::mutex mutex;  // Guards the rest.
    restore::Progress newest;
    bool posted = false;
};

/// Free space of the nearest folder upwards that exists.
Result<Space> spaceAbove(const FileSystem& files, std::string folder)
{
    while (folder != "/" && folder != ".") {
        TIDEMARK_TRY(const auto facts, files.stat(folder));
        if (facts) {
            break;
        }
        folder = parentOf(folder);
    }
    return files.space(folder);
}

}  // namespace

/// Withdraws its question when it goes.
class ServiceEngine::Handle final : public Pending {
public:
    explicit Handle(std::shared_ptr<Question> question) : m_question(std::move(question)) {}
    ~Handle() override
    {
        m_question->withdrawn = true;
        cancel();
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    void cancel() override
    {
        if (m_question->job) {
            m_question->job->cancel();
        }
    }

private:
    std::shared_ptr<Question> m_question;  // Shared with the engine: see Question.
};

/// Through it an answer of the disk reaches the engine, if that is still there.
struct ServiceEngine::Gate {
    std::mutex mutex;  // Guards the rest.
    bool open = true;
};

ServiceEngine::ServiceEngine(service::Service& service, FileSystem& files)
    : m_service(service),
      m_files(files),
      m_gate(std::make_shared<Gate>()),
      m_looks(std::make_unique<QThreadPool>())
{
    m_looks->setMaxThreadCount(kLookThreads);
}

ServiceEngine::~ServiceEngine()
{
    m_looks->clear();
    if (!m_looks->waitForDone(static_cast<int>(kLastLooks.count()))) {
        // Its destructor waits for its threads, and the program must end.
        static_cast<void>(m_looks.release());
    }
    const std::scoped_lock lock(m_gate->mutex);
    m_gate->open = false;
}

std::shared_ptr<ServiceEngine::Question> ServiceEngine::ask()
{
    return m_open.emplace_back(std::make_shared<Question>());
}

void ServiceEngine::forget(const std::shared_ptr<Question>& question)
{
    std::erase(m_open, question);
}

/// What the service calls with its answer, on a thread of its own.
template <typename T>
std::function<void(Result<T>)> ServiceEngine::posted(const std::shared_ptr<Question>& question,
                                                     Answer<T> answer)
{
    return [this, question, answer = std::move(answer)](Result<T> result) {
        QMetaObject::invokeMethod(
            this,
            [this, question, answer, result = std::move(result)] {
                // The answer may ask the next question and let go of this one.
                question->job.reset();
                forget(question);
                if (!question->withdrawn) {
                    answer(result);
                }
            },
            Qt::QueuedConnection);
    };
}

template <typename T>
std::unique_ptr<Pending> ServiceEngine::lookAtDisk(std::function<Result<T>()> look,
                                                   Answer<T> answer)
{
    const auto question = ask();
    m_looks->start(
        [look = std::move(look), deliver = posted<T>(question, std::move(answer)), gate = m_gate] {
            Result<T> found = look();
            const std::scoped_lock lock(gate->mutex);
            if (gate->open) {
                deliver(std::move(found));
            }
        });
    return std::make_unique<Handle>(question);
}

service::DatabaseId ServiceEngine::follow(const service::DatabaseConfig& config)
{
    return m_service.follow(config);
}

void ServiceEngine::unfollow(const service::DatabaseId& id)
{
    m_service.unfollow(id);
}

void ServiceEngine::pause(const service::DatabaseId& id)
{
    m_service.pause(id);
}

void ServiceEngine::resume(const service::DatabaseId& id)
{
    m_service.resume(id);
}

void ServiceEngine::retryNow(const service::DatabaseId& id)
{
    m_service.retryNow(id);
}

void ServiceEngine::snapshotNow(const service::DatabaseId& id)
{
    static_cast<void>(m_service.snapshotNow(id));
}

std::unique_ptr<Pending> ServiceEngine::inspect(std::string path,
                                                Answer<service::SourceFacts> answer)
{
    const auto question = ask();
    question->job = m_service.inspect(std::move(path),
                                      posted<service::SourceFacts>(question, std::move(answer)));
    return std::make_unique<Handle>(question);
}

std::unique_ptr<Pending> ServiceEngine::openReplica(storage::StorageAddress address,
                                                    Answer<CatalogPointer> answer)
{
    const auto question = ask();
    question->job = m_service.openReplica(std::move(address),
                                          posted<CatalogPointer>(question, std::move(answer)));
    return std::make_unique<Handle>(question);
}

std::unique_ptr<Pending> ServiceEngine::testPlace(storage::StorageAddress address, OnStep told,
                                                  Answer<service::PlaceTest> answer)
{
    const auto question = ask();
    const auto onStep = [this, question, told = std::move(told)](const storage::ProbedStep& step) {
        QMetaObject::invokeMethod(
            this,
            [question, told, step] {
                if (!question->withdrawn) {
                    told(step);
                }
            },
            Qt::QueuedConnection);
    };
    question->job = m_service.testPlace(std::move(address), onStep,
                                        posted<service::PlaceTest>(question, std::move(answer)));
    return std::make_unique<Handle>(question);
}

std::unique_ptr<Pending> ServiceEngine::describeMoment(storage::StorageAddress address,
                                                       replica::Moment moment,
                                                       Answer<service::MomentFacts> answer)
{
    const auto question = ask();
    question->job =
        m_service.describeMoment(std::move(address), std::move(moment),
                                 posted<service::MomentFacts>(question, std::move(answer)));
    return std::make_unique<Handle>(question);
}

std::unique_ptr<Pending> ServiceEngine::restore(storage::StorageAddress address,
                                                restore::Request request,
                                                restore::OnProgress progress,
                                                Answer<restore::Restored> answer)
{
    const auto question = ask();
    const auto box = std::make_shared<ProgressBox>();  // Shared by the two threads.
    const auto onProgress = [this, question, box,
                             progress = std::move(progress)](const restore::Progress& each) {
        const std::scoped_lock lock(box->mutex);
        box->newest = each;
        if (std::exchange(box->posted, true)) {
            return;
        }
        QMetaObject::invokeMethod(
            this,
            [question, box, progress] {
                restore::Progress newest;
                {
                    const std::scoped_lock guard(box->mutex);
                    newest = box->newest;
                    box->posted = false;
                }
                if (!question->withdrawn) {
                    progress(newest);
                }
            },
            Qt::QueuedConnection);
    };
    question->job = m_service.restore(std::move(address), std::move(request), onProgress,
                                      posted<restore::Restored>(question, std::move(answer)));
    return std::make_unique<Handle>(question);
}

std::unique_ptr<Pending> ServiceEngine::kindOf(std::string path,
                                               Answer<std::optional<FileKind>> answer)
{
    using Kind = std::optional<FileKind>;
    return lookAtDisk<Kind>(
        [&files = m_files, path = std::move(path)]() -> Result<Kind> {
            TIDEMARK_TRY(const auto facts, files.stat(path));
            return facts ? Kind(facts->kind) : Kind();
        },
        std::move(answer));
}

std::unique_ptr<Pending> ServiceEngine::freeSpace(std::string folder, Answer<Space> answer)
{
    return lookAtDisk<Space>(
        [&files = m_files, folder = std::move(folder)] { return spaceAbove(files, folder); },
        std::move(answer));
}

}  // namespace tidemark::app
