#pragma once

#include "core/storage/secrets.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace tidemark::app {

/// The person at the window, for the threads that open storages: whether a server that nobody here
/// knows yet is the right one is asked there, one question after the other. Nobody is there while
/// no window is shown, and secrets are given by forms alone. Lives on the GUI thread, which never
/// waits; whoever asks does.
class TrustQuestions : public QObject, public storage::Person {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by the program")
    /// Whether a window is shown, be it minimised. All that is asked is refused without one.
    Q_PROPERTY(bool present READ present WRITE setPresent NOTIFY presentChanged FINAL)
    Q_PROPERTY(bool asking READ asking NOTIFY changed FINAL)
    Q_PROPERTY(QString host READ host NOTIFY changed FINAL)
    Q_PROPERTY(QString algorithm READ algorithm NOTIFY changed FINAL)
    Q_PROPERTY(QString fingerprint READ fingerprint NOTIFY changed FINAL)
    /// The key of another kind that it is known by, and where that stands; as a rule empty. The
    /// known one was not compared.
    Q_PROPERTY(QString otherKnown READ otherKnown NOTIFY changed FINAL)

public:
    using QObject::QObject;
    /// Nobody waits any more: setPresent(false) was called, and the threads that ask have ended.
    ~TrustQuestions() override = default;

    [[nodiscard]] std::optional<Secret> secret(const Message& question) override;
    [[nodiscard]] bool trusts(const storage::HostKey& key, const std::stop_token& stop) override;

    [[nodiscard]] bool asking() const { return m_shown != nullptr; }
    [[nodiscard]] QString host() const;
    [[nodiscard]] QString algorithm() const;
    [[nodiscard]] QString fingerprint() const;
    [[nodiscard]] QString otherKnown() const;

    [[nodiscard]] bool present() const;
    void setPresent(bool present);

    /// Of what is asked now; nothing otherwise. Who asked the same meanwhile has the answer, too.
    Q_INVOKABLE void answer(bool trusted);

signals:
    void changed();
    void presentChanged();

private:
    struct Question {
        storage::HostKey key = {};
        std::optional<bool> answer = {};
    };

    void showNext();

    mutable std::mutex m_mutex;  // Guards the next three.
    std::condition_variable_any m_answered;
    std::deque<std::shared_ptr<Question>> m_questions;  // Each shared with the thread that asks.
    bool m_present = false;
    std::shared_ptr<Question> m_shown;  // Of the GUI thread.
};

}  // namespace tidemark::app
