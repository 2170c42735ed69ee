#include "core/base/posix_error.h"

#include <cstring>

namespace tidemark {
namespace {

struct Meaning {
    ErrorCode code = ErrorCode::Io;
    Message next = {};
};

Meaning meaningOf(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR: return {ErrorCode::NotFound, {}};
    case EEXIST: return {ErrorCode::AlreadyExists, {}};
    case EACCES:
    case EPERM:
        return {
            ErrorCode::Forbidden,
            {TIDEMARK_TEXT(
                "base",
                "This user has no right to it: change the permissions of the file or its folder, "
                "or choose another one.")}};
    case EROFS:
        return {ErrorCode::Forbidden,
                {TIDEMARK_TEXT("base", "The disk is mounted read-only; choose another place.")}};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return {ErrorCode::NoSpace,
                {TIDEMARK_TEXT("base", "Free some space or choose another disk.")}};
    case ENAMETOOLONG: return {ErrorCode::Io, {TIDEMARK_TEXT("base", "Choose a shorter name.")}};
    case ELOOP:
        return {ErrorCode::Io,
                {TIDEMARK_TEXT("base",
                               "Links lead there in a circle: remove one of them, or choose "
                               "another place.")}};
    case EWOULDBLOCK: return {ErrorCode::Busy, {}};
    case EOPNOTSUPP:
    case EISDIR: return {ErrorCode::Unsupported, {}};
    default: return {ErrorCode::Io, {TIDEMARK_TEXT("base", "Check that the disk is connected.")}};
    }
}

}  // namespace

Error systemError(std::string_view context, std::string_view sentence, const std::string& path,
                  int number)
{
    const Meaning meaning = meaningOf(number);
    return {.code = meaning.code,
            .what = {context, sentence, {path, std::strerror(number)}},
            .next = meaning.next};
}

}  // namespace tidemark
