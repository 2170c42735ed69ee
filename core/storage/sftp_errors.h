#pragma once

#include "core/base/result.h"
#include "core/storage/sftp_session.h"

#include <string>

namespace tidemark::storage {

/// What is said of a server's answer to a call about `path`, other than LIBSSH2_FX_OK.
[[nodiscard]] Error refusedBy(SftpAnswer answer, const std::string& path);

/// The same for a write. Version 3 has one answer for all that goes wrong, so what the server says
/// of its free space decides. Blocks on the server.
[[nodiscard]] Error writeRefusedBy(SftpSession& session, SftpAnswer answer, const std::string& path,
                                   const std::stop_token& stop);

[[nodiscard]] bool isNotThere(SftpAnswer answer);

/// What is to be said of a server that does not even say whether `path` is a file, or its size.
[[nodiscard]] Error saysTooLittle(const std::string& path);

}  // namespace tidemark::storage
