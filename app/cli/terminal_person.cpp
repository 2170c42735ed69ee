#include "app/cli/terminal_person.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <string>

namespace tidemark::cli {
namespace {

bool isSomebodyThere()
{
    // Who is not in front would be stopped for asking.
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 &&
           tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/// No letter that is typed is shown while this lasts.
class Unseen {
public:
    Unseen()
    {
        m_changed = tcgetattr(STDIN_FILENO, &m_before) == 0;
        termios silent = m_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        m_changed = m_changed && tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~Unseen()
    {
        if (m_changed) {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
        }
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    termios m_before{};
    bool m_changed = false;
};

/// Without its end of line; empty at the end of the input, and once either stop is requested.
std::string line(const std::stop_token& stop, const std::stop_token& orStop)
{
    constexpr int kSliceMs = 100;
    std::string text;
    for (;;) {
        pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        const int ready = poll(&input, 1, kSliceMs);
        if (stop.stop_requested() || orStop.stop_requested()) {
            return {};
        }
        char letter = 0;
        if (ready == 0) {
            continue;
        }
        if (ready < 0 || read(STDIN_FILENO, &letter, 1) != 1 || letter == '\n') {
            return text;
        }
        text += letter;
    }
}

}  // namespace

std::optional<Secret> TerminalPerson::secret(const Message& question)
{
    const std::scoped_lock lock(m_mutex);
    if (!isSomebodyThere()) {
        return {};
    }
    m_output.progress("");
    const std::string text = inEnglish(question);
    // A server's own question has its mark.
    m_output.note(text.find_last_of(":?") == std::string::npos ? text + ':' : text);
    Secret answer;
    {
        const Unseen unseen;
        answer = Secret(line(m_stop, {}));
    }
    return answer.empty() ? std::nullopt : std::optional(answer);
}

bool TerminalPerson::trusts(const storage::HostKey& key, const std::stop_token& stop)
{
    const std::scoped_lock lock(m_mutex);
    if (!isSomebodyThere()) {
        return false;
    }
    m_output.progress("");
    if (!key.otherKnown.empty()) {
        m_output.note(filled("Careful: %1 is known by another key, which the server does not show:",
                             {key.host}));
        m_output.note("  " + key.otherKnown);
        m_output.note("Somebody may stand between you and the server.");
    }
    // A line each: within one, nothing moves on to the next, whatever a server calls itself.
    m_output.note(filled("The server %1 is not known yet. Its key (%2) has the fingerprint",
                         {key.host, key.algorithm}));
    m_output.note("  " + key.fingerprint);
    m_output.note("Compare it with what the owner of the server says. Go on? Type yes or no:");
    return line(m_stop, stop) == "yes";
}

}  // namespace tidemark::cli
