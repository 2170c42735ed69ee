#include "core/storage/probe_failure.h"

namespace tidemark::storage {

Error givesOtherBytes(const std::string& place)
{
    return {
        .code = ErrorCode::Damaged,
        .what = {TIDEMARK_TEXT("storage", "%1 gives back other bytes than were written."), {place}},
        .next = {TIDEMARK_TEXT("storage", "Do not trust it with a backup.")}};
}

Error overwrites(const std::string& place)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("storage",
                                   "%1 writes over an object that is there, instead of refusing."),
                     {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Do not use it: one mistake would destroy what is backed up.")}};
}

Error forgets(const std::string& place)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 does not know an object that was just written."),
                     {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else deletes there, and try again.")}};
}

Error keepsDeleted(const std::string& place)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 still has an object that was deleted."), {place}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Try again. If it stays so, nothing that is given up will ever "
                                   "be deleted there.")}};
}

ProbeStep failedBy(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Usage:  // Of the options of a connection.
    case ErrorCode::Unavailable: return ProbeStep::Reach;
    case ErrorCode::Credentials: return ProbeStep::Authenticate;
    default: return ProbeStep::List;
    }
}

}  // namespace tidemark::storage
