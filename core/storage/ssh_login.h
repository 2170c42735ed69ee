#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/storage/secrets.h"
#include "core/storage/ssh_connection.h"

#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// Who logs in, and with what. Tries what the server offers in the order of ssh: the agent, the
/// files of keys, a password, the questions of the server. What a person answered is kept for the
/// next connection; nobody is asked twice. For one thread at a time.
class SshLogin {
public:
    struct Parts {
        Clock& clock;
        FileSystem& files;
        Person& person;
        std::string user = {};
        std::string host = {};     ///< For questions.
        std::string keyFile = {};  ///< Besides those of ~/.ssh; must be there when it is named.
        std::string home = {};
        std::string agent = {};  ///< The socket of the SSH agent; empty for none.
        Secret passphrase = {};  ///< Of the key files.
        Secret password = {};
    };

    /// What `parts` refers to must outlive it.
    explicit SshLogin(Parts parts)
        : m_parts(std::move(parts)),
          m_passphrase{.secret = m_parts.passphrase},
          m_password{.secret = m_parts.password}
    {
    }

    /// Credentials where the server lets us not in; the error says what was tried and what the
    /// server offers. Cancelled, too, where a person was stopped at a question. Else as
    /// SshConnection::finish() fails. Blocks on the person.
    [[nodiscard]] Status logIn(SshConnection& connection, const std::stop_token& stop);

private:
    /// An answer that is given, or is asked for once.
    struct Answer {
        Secret secret = {};
        bool wasAsked = false;
    };
    class Attempt;  // One login.

    [[nodiscard]] Result<Secret> answerTo(Answer& answer, const Message& question,
                                          const std::stop_token& stop);

    Parts m_parts;
    Answer m_passphrase;
    Answer m_password;
};

}  // namespace tidemark::storage
