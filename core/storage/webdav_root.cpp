#include "core/storage/webdav_root.h"

namespace tidemark::storage {

Status WebDavRoot::check(const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto itself, m_client.properties(path() + '/', WebDavDepth::Itself, stop));
    if (!itself) {
        return isMissing();
    }
    m_isSeen = true;
    return {};
}

Error WebDavRoot::isMissing() const
{
    if (m_isSeen) {
        return {
            .code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The folder %1 has vanished."), {m_client.place()}},
            .next = {TIDEMARK_TEXT("storage", "Look whether its disk is mounted at the server.")}};
    }
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 is not there."), {m_client.place()}},
            .next = {TIDEMARK_TEXT("storage", "Check the address.")}};
}

Error WebDavRoot::mayBeAnother() const
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "Another folder may be in the place of %1."),
                 {m_client.place()}},
        .next = {TIDEMARK_TEXT("storage", "What it holds is looked at before it is written to.")}};
}

}  // namespace tidemark::storage
