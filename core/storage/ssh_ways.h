#pragma once

#include "core/base/secret.h"
#include "core/storage/ssh_agent.h"
#include "core/storage/ssh_connection.h"
#include "core/storage/ssh_key_file.h"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// The ways to log in that libssh2 has, one call each. All fail as SshConnection::finish() does.

enum class LoginEnd {
    In,
    Refused,
    Unreadable,  ///< libssh2 can do nothing with the key: a wrong passphrase, an odd format.
    Expired,     ///< The password has to be changed.
};

/// What the server offers ("publickey,password"); empty where it lets everybody in, and has done
/// so.
[[nodiscard]] Result<std::string> offeredWays(SshConnection& connection, const std::string& user,
                                              const std::stop_token& stop);

[[nodiscard]] Result<LoginEnd> logInByAgent(SshConnection& connection, const std::string& user,
                                            SshAgent& agent, const std::string& key,
                                            const std::stop_token& stop);

/// Whether the server would take a signature of that public key.
[[nodiscard]] Result<bool> wouldTake(SshConnection& connection, const std::string& user,
                                     const std::string& key, const std::stop_token& stop);

[[nodiscard]] Result<LoginEnd> logInByFile(SshConnection& connection, const std::string& user,
                                           const SshKeyFile& file, const Secret& passphrase,
                                           const std::stop_token& stop);

[[nodiscard]] Result<LoginEnd> logInByPassword(SshConnection& connection, const std::string& user,
                                               const Secret& password, const std::stop_token& stop);

/// What a question of the server is answered with. `isPassword`: it stands alone, its answer is not
/// shown, and it asks for a password by that word.
using Answerer = std::function<Secret(std::string_view prompt, bool isPassword)>;

[[nodiscard]] Result<LoginEnd> logInByQuestions(SshConnection& connection, const std::string& user,
                                                const Answerer& answerer,
                                                const std::stop_token& stop);

}  // namespace tidemark::storage
