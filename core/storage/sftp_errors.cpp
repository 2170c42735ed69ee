#include "core/storage/sftp_errors.h"

namespace tidemark::storage {
namespace {

// Less than this is a full disk, whatever it was that did not fit.
constexpr std::uint64_t kFullBytes = 8 << 20;

Error noSpace(const std::string& path)
{
    return {.code = ErrorCode::NoSpace,
            .what = {TIDEMARK_TEXT("storage",
                                   "The disk or quota of the server is full: %1 could "
                                   "not be written."),
                     {path}},
            .next = {TIDEMARK_TEXT("storage", "Make room there.")}};
}

}  // namespace

bool isNotThere(SftpAnswer answer)
{
    return answer == LIBSSH2_FX_NO_SUCH_FILE || answer == LIBSSH2_FX_NO_SUCH_PATH;
}

Error refusedBy(SftpAnswer answer, const std::string& path)
{
    switch (answer) {
    case LIBSSH2_FX_NO_SUCH_FILE:
    case LIBSSH2_FX_NO_SUCH_PATH:
        return {.code = ErrorCode::NotFound,
                .what = {TIDEMARK_TEXT("storage", "%1 is not there any more."), {path}}};
    case LIBSSH2_FX_PERMISSION_DENIED:
        return {
            .code = ErrorCode::Forbidden,
            .what = {TIDEMARK_TEXT("storage", "The server does not permit this user to use %1."),
                     {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look at the owner and the permissions of it and of the "
                                   "folders above.")}};
    case LIBSSH2_FX_WRITE_PROTECT:
        return {.code = ErrorCode::TargetRefused,
                .what = {TIDEMARK_TEXT("storage", "%1 is read-only at the server."), {path}}};
    case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM:
    case LIBSSH2_FX_QUOTA_EXCEEDED: return noSpace(path);
    case LIBSSH2_FX_NO_CONNECTION:
    case LIBSSH2_FX_CONNECTION_LOST:
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "The server lost its own connection to %1."),
                         {path}}};
    default:
        return {
            .code = ErrorCode::Io,
            .what = {TIDEMARK_TEXT("storage",
                                   "The server failed at %1, and does not say why (answer %2)."),
                     {path, std::to_string(answer)}},
            .next = {TIDEMARK_TEXT("storage", "Look at the server's log and at its disk.")}};
    }
}

Error saysTooLittle(const std::string& path)
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage",
                                   "The server does not say whether %1 is a file, or how large."),
                     {path}},
            .next = {TIDEMARK_TEXT("storage", "Use another server program there, as OpenSSH.")}};
}

Error writeRefusedBy(SftpSession& session, SftpAnswer answer, const std::string& path,
                     const std::stop_token& stop)
{
    if (answer != LIBSSH2_FX_FAILURE) {
        return refusedBy(answer, path);
    }
    auto free = session.freeBytes(path, stop);
    if (free.ok() && free.value() && *free.value() < kFullBytes) {
        return noSpace(path);
    }
    Error error = refusedBy(answer, path);
    error.next = {TIDEMARK_TEXT("storage",
                                "A quota may be used up, or the disk may be broken: look at the "
                                "server's log.")};
    return error;
}

}  // namespace tidemark::storage
