#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/service/control_request.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidemark::service {

/// Where other programs of this user ask this one what it does, or for something: a Unix socket,
/// `<run>/<process>.sock`. A client writes one line, a ControlRequest, and reads lines, one JSON
/// object each, until the end; a request that is none is answered with an error's line. One thread
/// serves; one client at a time, each for a second at most. So a command only orders what takes
/// long, and is answered at once; how it goes is asked by another one.
class ControlSocket {
public:
    /// Gives the lines of the answer to a request, called on the socket's thread; must not block.
    using Answer = std::function<std::vector<std::string>(const ControlRequest& request)>;

    /// Begins to serve. `directory` is made for nobody else to enter. Unsupported when its path is
    /// too long for a socket.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> serve(FileSystem& files,
                                                                      const std::string& directory,
                                                                      int processId, Answer answer);

    /// Ends the thread and removes the socket.
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    ControlSocket(FileSystem& files, std::string path, int listener, int waker, Answer answer);

    void listen();
    void serveClient(int client);
    /// False when the conversation's time is over or the thread has to end.
    [[nodiscard]] bool isReady(int client, short events, int timer) const;
    [[nodiscard]] std::string answerTo(const std::string& line) const;

    FileSystem& m_files;
    std::string m_path;
    int m_listener = -1;
    int m_waker = -1;  // Becomes readable when the thread has to end.
    Answer m_answer;
    std::thread m_thread;
};

/// Asks the engine behind a socket. NotFound when nobody listens there (any more), Busy when
/// it does not answer within a second; fails, too, when the answer is an error's line. Blocks that
/// long at most between two lines.
[[nodiscard]] Result<std::vector<std::string>> askEngine(const std::string& socketPath,
                                                         const ControlRequest& request);

}  // namespace tidemark::service
