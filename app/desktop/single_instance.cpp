#include "app/desktop/single_instance.h"

#include <QLocalSocket>
#include <QTimer>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

const QByteArray kActivate = "activate";
const QByteArray kAdd = "add";
const QByteArray kDone = "ok\n";

Error unreachable(const QString& path, const QString& why)
{
    return {
        .code = ErrorCode::Busy,
        .what = {TIDEMARK_TEXT("instance", "Tidemark runs already, but does not answer on %1: %2."),
                 {path.toStdString(), why.toStdString()}},
        .next = {TIDEMARK_TEXT("instance", "End it, then start Tidemark again.")}};
}

}  // namespace

std::optional<InstanceRequest> parseRequest(const QByteArray& line)
{
    const QByteArray trimmed = line.trimmed();
    const qsizetype space = trimmed.indexOf(' ');
    const QByteArray verb = space < 0 ? trimmed : trimmed.first(space);
    const QByteArray rest = space < 0 ? QByteArray() : trimmed.sliced(space + 1).trimmed();
    const QString argument = QUrl::fromPercentEncoding(rest);
    if (verb == kActivate) {
        return InstanceRequest{.activationToken = argument};
    }
    if (verb == kAdd && argument.startsWith(u'/')) {
        return InstanceRequest{.addFile = argument};
    }
    return {};
}

QByteArray formatRequest(const InstanceRequest& request)
{
    QByteArray lines = kActivate + ' ' + QUrl::toPercentEncoding(request.activationToken) + '\n';
    if (!request.addFile.isEmpty()) {
        lines += kAdd + ' ' + QUrl::toPercentEncoding(request.addFile) + '\n';
    }
    return lines;
}

SingleInstance::SingleInstance(FileSystem& files, QString folder)
    : m_files(files), m_folder(std::move(folder))
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::onConnection);
}

SingleInstance::~SingleInstance()
{
    m_server.close();  // Before the lock goes, so that nobody finds the one without the other.
}

QString SingleInstance::socketPath() const
{
    return m_folder + u"/desktop.sock"_s;
}

Status SingleInstance::take()
{
    TIDEMARK_TRY_STATUS(m_files.makeDirectories(m_folder.toStdString(), kPrivateDirectory));
    TIDEMARK_TRY(m_lock, m_files.lock((m_folder + u"/desktop.lock"_s).toStdString()));
    // What lies there now was left by one that was killed: the lock is ours.
    QLocalServer::removeServer(socketPath());
    if (!m_server.listen(socketPath())) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("instance", "%1 cannot be made: %2."),
                              {socketPath().toStdString(), m_server.errorString().toStdString()}}};
    }
    return {};
}

Status SingleInstance::pass(const InstanceRequest& request) const
{
    QLocalSocket socket;
    socket.connectToServer(socketPath());
    if (!socket.waitForConnected(kAnswerMs)) {
        return unreachable(socketPath(), socket.errorString());
    }
    socket.write(formatRequest(request));
    if (!socket.waitForBytesWritten(kAnswerMs) || !socket.waitForReadyRead(kAnswerMs)) {
        return unreachable(socketPath(), socket.errorString());
    }
    return {};
}

void SingleInstance::onConnection()
{
    while (QLocalSocket* const socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { onLines(socket); });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        QTimer::singleShot(kAnswerMs, socket, [socket] { socket->abort(); });
    }
}

void SingleInstance::onLines(QLocalSocket* socket)
{
    if (socket->bytesAvailable() > kMaxRequestBytes && !socket->canReadLine()) {
        socket->abort();
        return;
    }
    while (socket->canReadLine()) {
        if (const auto request = parseRequest(socket->readLine())) {
            socket->write(kDone);
            emit requested(*request);
        }
    }
}

}  // namespace tidemark::app
