#pragma once

#include "core/base/file_system.h"

#include <QLocalServer>
#include <QObject>

#include <memory>
#include <optional>

class QLocalSocket;

namespace tidemark::app {

/// What a second start asks of the first.
struct InstanceRequest {
    QString activationToken = {};  ///< Of the desktop, so that the window may take the focus.
    QString addFile = {};          ///< Absolute; empty: nothing to add.

    bool operator==(const InstanceRequest&) const = default;
};

/// One desktop a user. Whoever holds the lock is it, and serves `desktop.sock` beside the lock:
/// lines "activate TOKEN" and "add FILE", percent-encoded. Lives on the GUI thread.
class SingleInstance : public QObject {
    Q_OBJECT

public:
    /// `files` outlives it. `folder` exists and is the user's alone.
    SingleInstance(FileSystem& files, QString folder);
    ~SingleInstance() override;

    /// Becomes the instance. Fails with Busy when there is one already.
    [[nodiscard]] Status take();

    /// Hands `request` to the instance that there is. Blocks up to kAnswerMs; for the second start,
    /// which has no window yet.
    [[nodiscard]] Status pass(const InstanceRequest& request) const;

    /// A request that takes longer, or more than this, is dropped.
    static constexpr int kAnswerMs = 3'000;
    static constexpr qint64 kMaxRequestBytes = 64 * 1024;

signals:
    void requested(const tidemark::app::InstanceRequest& request);

private:
    void onConnection();
    void onLines(QLocalSocket* socket);
    [[nodiscard]] QString socketPath() const;

    FileSystem& m_files;
    QString m_folder;
    std::unique_ptr<FileLock> m_lock;
    QLocalServer m_server;
};

/// The request in a line of the socket; empty for what is none.
[[nodiscard]] std::optional<InstanceRequest> parseRequest(const QByteArray& line);
[[nodiscard]] QByteArray formatRequest(const InstanceRequest& request);

}  // namespace tidemark::app
