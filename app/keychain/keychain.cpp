#include "app/keychain/keychain.h"

#include "app/keychain/secrets_text.h"

#include <QEventLoop>
#include <QTimer>

#include <memory>
#include <optional>
#include <utility>

namespace tidemark::keychain {
namespace {

using Outcome = EntryAnswer::Outcome;

Error nobodyAnswers()
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("keychain", "No keychain answers here.")},
            .next = {TIDEMARK_TEXT("keychain",
                                   "Start one (KWallet, GNOME Keyring, KeePassXC), or start "
                                   "Tidemark with the keys in environment variables "
                                   "(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
                                   "AZURE_STORAGE_KEY, TIDEMARK_SFTP_PASSWORD, "
                                   "TIDEMARK_WEBDAV_PASSWORD).")}};
}

Error failureOf(const EntryAnswer& answer)
{
    if (answer.outcome == Outcome::Refused) {
        return {.code = ErrorCode::Forbidden,
                .what = {TIDEMARK_TEXT("keychain", "The keychain is locked.")},
                .next = {TIDEMARK_TEXT("keychain", "Unlock it, then try again.")}};
    }
    if (answer.outcome == Outcome::NobodyAnswers) {
        return nobodyAnswers();
    }
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("keychain", "The keychain does not work: %1"), {answer.detail}},
            .next = {TIDEMARK_TEXT("keychain",
                                   "Start it anew, or give the keys by environment variables.")}};
}

Error noAnswerInTime()
{
    return {.code = ErrorCode::Forbidden,
            .what = {TIDEMARK_TEXT("keychain", "The keychain did not answer in time.")},
            .next = {TIDEMARK_TEXT("keychain",
                                   "Unlock it and try again, or give the keys by environment "
                                   "variables.")}};
}

KeychainEntries::Answered endedBy(Keychain::Ended ended)
{
    return [ended = std::move(ended)](const EntryAnswer& answer) {
        const bool isDone = answer.outcome == Outcome::Done || answer.outcome == Outcome::NotThere;
        ended(isDone ? Status() : Status(failureOf(answer)));
    };
}

}  // namespace

void Keychain::read(const storage::StorageAddress& address, Found found)
{
    m_entries.read(storage::replicaId(address),
                   [found = std::move(found)](const EntryAnswer& answer) {
                       switch (answer.outcome) {
                       case Outcome::Done: return found(secretsIn(answer.text));
                       case Outcome::NotThere: return found(storage::Secrets());
                       case Outcome::NobodyAnswers:
                       case Outcome::Refused:
                       case Outcome::Failed: break;
                       }
                       found(failureOf(answer));
                   });
}

void Keychain::write(const storage::StorageAddress& address, const storage::Secrets& secrets,
                     Ended ended)
{
    m_entries.write(storage::replicaId(address), textOf(secrets), endedBy(std::move(ended)));
}

void Keychain::remove(const storage::StorageAddress& address, Ended ended)
{
    m_entries.remove(storage::replicaId(address), endedBy(std::move(ended)));
}

Result<storage::Secrets> readWithin(Keychain& keychain, const storage::StorageAddress& address,
                                    std::chrono::milliseconds limit, const std::stop_token& stop)
{
    QEventLoop loop;
    // Shared with the answer, which may come when nobody waits for it any more.
    struct Waiting {
        std::optional<Result<storage::Secrets>> answer = {};
        QEventLoop* loop = nullptr;
    };
    const auto waiting = std::make_shared<Waiting>(Waiting{.loop = &loop});
    keychain.read(address, [waiting](const Result<storage::Secrets>& secrets) {
        waiting->answer = secrets;
        if (waiting->loop != nullptr) {
            waiting->loop->quit();
        }
    });
    QTimer timer;
    timer.setSingleShot(true);
    QObject::connect(&timer, &QTimer::timeout, &loop, &QEventLoop::quit);
    timer.start(limit);
    const std::stop_callback onStop(stop, [&loop] {
        QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    if (!waiting->answer) {
        loop.exec();
    }
    waiting->loop = nullptr;
    if (waiting->answer) {
        return *std::move(waiting->answer);
    }
    return stop.stop_requested() ? cancelled() : noAnswerInTime();
}

}  // namespace tidemark::keychain
