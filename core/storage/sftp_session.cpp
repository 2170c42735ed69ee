#include "core/storage/sftp_session.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr int kMaxSteps = 1000;
constexpr long kPrivateFolder = 0700;

// Names may be longer nowhere; libssh2 refuses one that does not fit.
constexpr std::size_t kMaxNameBytes = 4096;

// Far more than the segments of a level; a server that goes on without end is no disk.
constexpr std::size_t kMaxEntries = 10'000'000;

unsigned int sizeOf(const std::string& text)
{
    return static_cast<unsigned int>(text.size());
}

bool isPlainName(std::string_view name)
{
    return !name.empty() && name != "." && name != ".." &&
           name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

/// libssh2 has one code for a server that says no and for one that talks nonsense; the text alone
/// tells them apart, and its last answer stays the old one in the second case.
bool isAnswer(LIBSSH2_SESSION* session)
{
    static constexpr std::array<std::string_view, 7> kAnswers{
        "SFTP Protocol Error",        "SFTP READ error", "FXP write failed",
        "Failed opening remote file", "fsync failed",    "File already exists and",
        "Operation Not Supported"};
    char* text = nullptr;
    libssh2_session_last_error(session, &text, nullptr, 0);
    const std::string_view said(text == nullptr ? "" : text);
    return said.find("short response") == std::string_view::npos &&
           std::ranges::any_of(kAnswers,
                               [said](std::string_view each) { return said.starts_with(each); });
}

Error noSftp(const std::string& peer)
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage", "%1 lets you in, but offers no SFTP."), {peer}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Ask whoever runs the server to turn the subsystem sftp on for "
                                   "this user.")}};
}

/// Its sftp program is missing, or hangs: libssh2 does not tell that a channel was ended before it
/// said anything.
Error doesNotStart(const std::string& peer)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "%1 lets you in, but its SFTP says nothing."), {peer}},
        .next = {TIDEMARK_TEXT("storage",
                               "Check your network. If it stays so, ask whoever runs the "
                               "server whether its program for the subsystem sftp is there.")}};
}

/// Whether libssh2 gave up because the server refused the subsystem, or ended the channel: as far
/// as the line itself lives, since a broken one looks the same.
bool isRefusal(int code)
{
    switch (code) {
    case LIBSSH2_ERROR_CHANNEL_FAILURE:
    case LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED:
    case LIBSSH2_ERROR_CHANNEL_CLOSED:
    case LIBSSH2_ERROR_CHANNEL_EOF_SENT:
    case LIBSSH2_ERROR_CHANNEL_UNKNOWN: return true;
    default: return false;
    }
}

Error nonsense(const std::string& peer)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 broke the rules of SFTP."), {peer}},
            .next = {TIDEMARK_TEXT("storage", "Look at the server's log.")}};
}

}  // namespace

SftpFacts factsOf(const LIBSSH2_SFTP_ATTRIBUTES& attributes)
{
    SftpFacts facts;
    const bool isKindSaid = (attributes.flags & LIBSSH2_SFTP_ATTR_PERMISSIONS) != 0 &&
                            (attributes.permissions & LIBSSH2_SFTP_S_IFMT) != 0;
    if (isKindSaid) {
        facts.kind = LIBSSH2_SFTP_S_ISREG(attributes.permissions)   ? SftpKind::File
                     : LIBSSH2_SFTP_S_ISDIR(attributes.permissions) ? SftpKind::Folder
                                                                    : SftpKind::Other;
    }
    if ((attributes.flags & LIBSSH2_SFTP_ATTR_SIZE) != 0) {
        facts.sizeBytes = attributes.filesize;
    }
    if ((attributes.flags & LIBSSH2_SFTP_ATTR_ACMODTIME) != 0) {
        facts.modifiedSeconds = static_cast<std::int64_t>(attributes.mtime);
    }
    return facts;
}

Result<std::shared_ptr<SftpSession>> SftpSession::open(std::unique_ptr<SshConnection> connection,
                                                       const std::stop_token& stop)
{
    std::shared_ptr<SftpSession> made(new SftpSession(std::move(connection)));
    SshConnection& over = *made->m_connection;
    int code = 0;
    bool hasLineEnded = false;
    over.setLimit(kIdleLimit);
    const auto start = [&]() -> ssize_t {
        made->m_sftp = libssh2_sftp_init(over.session());
        code = made->m_sftp != nullptr ? 0 : libssh2_session_last_errno(over.session());
        hasLineEnded = code != 0 && code != LIBSSH2_ERROR_EAGAIN && over.hasEnded();
        return code;
    };
    auto started = over.finish(start, stop);
    if (started.ok() && started.value() == 0) {
        over.setLimit(kAnswerLimit);
        return made;
    }
    over.abandon();
    if (code == LIBSSH2_ERROR_EAGAIN && started.error().code == ErrorCode::Unavailable) {
        return doesNotStart(over.peer());
    }
    if (isRefusal(code) && !hasLineEnded) {
        return noSftp(over.peer());
    }
    if (!started.ok()) {
        return std::move(started).error();
    }
    return hasLineEnded ? over.finish(start, stop).error() : nonsense(over.peer());
}

SftpSession::~SftpSession()
{
    // Memory alone is of interest: whoever ends a connection need not end what was open on it.
    m_connection->sayGoodbye();
    for (LIBSSH2_SFTP_HANDLE* const each : m_left) {
        static_cast<void>(closeHandle(each, {}));
    }
    for (int step = 0; m_sftp != nullptr && step < kMaxSteps; ++step) {
        if (libssh2_sftp_shutdown(m_sftp) != LIBSSH2_ERROR_EAGAIN) {
            break;
        }
    }
}

void SftpSession::leave(LIBSSH2_SFTP_HANDLE* handle)
{
    const std::scoped_lock lock(m_mutex);
    m_left.push_back(handle);
}

Status SftpSession::tidy(const std::stop_token& stop)
{
    for (;;) {
        LIBSSH2_SFTP_HANDLE* handle = nullptr;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_left.empty()) {
                return {};
            }
            handle = m_left.back();
            m_left.pop_back();
        }
        TIDEMARK_TRY_STATUS(closeHandle(handle, stop));
    }
}

Result<SftpAnswer> SftpSession::answerOf(ssize_t code)
{
    if (code >= 0) {
        return LIBSSH2_FX_OK;
    }
    if (code == LIBSSH2_ERROR_SFTP_PROTOCOL && isAnswer(m_connection->session())) {
        const SftpAnswer answer = libssh2_sftp_last_error(m_sftp);
        if (answer != LIBSSH2_FX_OK) {
            return answer;
        }
    }
    m_connection->abandon();
    return nonsense(m_connection->peer());
}

Result<SftpAnswer> SftpSession::ask(const std::function<ssize_t()>& call,
                                    const std::stop_token& stop)
{
    TIDEMARK_TRY(const ssize_t code, m_connection->finish(call, stop));
    return answerOf(code);
}

Result<SftpAnswer> SftpSession::stat(const std::string& path, SftpLinks links, SftpFacts& facts,
                                     const std::stop_token& stop)
{
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    const int kind = links == SftpLinks::Follow ? LIBSSH2_SFTP_STAT : LIBSSH2_SFTP_LSTAT;
    const auto look = [&]() -> ssize_t {
        return libssh2_sftp_stat_ex(m_sftp, path.c_str(), sizeOf(path), kind, &attributes);
    };
    TIDEMARK_TRY(const SftpAnswer answer, ask(look, stop));
    facts = factsOf(attributes);
    return answer;
}

Result<SftpAnswer> SftpSession::list(const std::string& path, std::vector<SftpEntry>& entries,
                                     const std::stop_token& stop)
{
    LIBSSH2_SFTP_HANDLE* folder = nullptr;
    const auto open = [&]() -> ssize_t {
        folder =
            libssh2_sftp_open_ex(m_sftp, path.c_str(), sizeOf(path), 0, 0, LIBSSH2_SFTP_OPENDIR);
        return folder != nullptr ? 0 : libssh2_session_last_errno(m_connection->session());
    };
    TIDEMARK_TRY(const SftpAnswer opened, ask(open, stop));
    if (opened != LIBSSH2_FX_OK) {
        return opened;
    }
    std::array<char, kMaxNameBytes> name{};
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    const auto read = [&]() -> ssize_t {
        return libssh2_sftp_readdir_ex(folder, name.data(), name.size(), nullptr, 0, &attributes);
    };
    ssize_t size = 0;
    bool hasItself = false;
    const auto next = [&]() -> ssize_t { return size = read(); };
    auto answer = ask(next, stop);
    while (answer.ok() && answer.value() == LIBSSH2_FX_OK && size > 0) {
        const std::string_view found(name.data(), static_cast<std::size_t>(size));
        hasItself = hasItself || found == ".";
        if (isPlainName(found)) {
            entries.push_back({.name = std::string(found), .facts = factsOf(attributes)});
        }
        if (entries.size() > kMaxEntries) {
            m_connection->abandon();
            answer = Result<SftpAnswer>(nonsense(m_connection->peer()));
            break;
        }
        answer = ask(next, stop);
    }
    if (Status closed = closeHandle(folder, stop); answer.ok() && !closed.ok()) {
        return std::move(closed).error();
    }
    if (!answer.ok() || answer.value() != LIBSSH2_FX_OK || hasItself) {
        return answer;
    }
    SftpFacts facts;
    return stat(path + "/.", SftpLinks::Follow, facts, stop);
}

/// The handle is gone in any case.
Status SftpSession::closeHandle(LIBSSH2_SFTP_HANDLE* handle, const std::stop_token& stop)
{
    const auto close = [&]() -> ssize_t { return libssh2_sftp_close_handle(handle); };
    if (m_connection->isBroken() || stop.stop_requested()) {
        // What is half done on this connection cannot be finished. Its end frees the memory.
        m_connection->abandon();
        for (int step = 0; step < kMaxSteps && close() == LIBSSH2_ERROR_EAGAIN; ++step) {}
        return {};
    }
    TIDEMARK_TRY([[maybe_unused]] const SftpAnswer closed, ask(close, stop));
    return {};
}

Result<SftpAnswer> SftpSession::makeFolder(const std::string& path, const std::stop_token& stop)
{
    return ask(
        [&]() -> ssize_t {
            return libssh2_sftp_mkdir_ex(m_sftp, path.c_str(), sizeOf(path), kPrivateFolder);
        },
        stop);
}

Result<SftpAnswer> SftpSession::rename(const std::string& from, const std::string& to,
                                       const std::stop_token& stop)
{
    return ask(
        [&]() -> ssize_t {
            // Version 3 has no flags on the wire: the server decides, and OpenSSH refuses.
            return libssh2_sftp_rename_ex(m_sftp, from.c_str(), sizeOf(from), to.c_str(),
                                          sizeOf(to), 0);
        },
        stop);
}

Result<SftpAnswer> SftpSession::remove(const std::string& path, const std::stop_token& stop)
{
    return ask(
        [&]() -> ssize_t { return libssh2_sftp_unlink_ex(m_sftp, path.c_str(), sizeOf(path)); },
        stop);
}

Result<std::optional<std::uint64_t>> SftpSession::freeBytes(const std::string& path,
                                                            const std::stop_token& stop)
{
    LIBSSH2_SFTP_STATVFS facts{};
    const auto look = [&]() -> ssize_t {
        return libssh2_sftp_statvfs(m_sftp, path.c_str(), path.size(), &facts);
    };
    TIDEMARK_TRY(const SftpAnswer answer, ask(look, stop));
    if (answer != LIBSSH2_FX_OK) {
        return std::optional<std::uint64_t>();
    }
    return std::optional<std::uint64_t>(facts.f_bavail * facts.f_frsize);
}

Result<SftpAnswer> SftpSession::syncFolder(const std::string& path, const std::stop_token& stop)
{
    LIBSSH2_SFTP_HANDLE* folder = nullptr;
    const auto open = [&]() -> ssize_t {
        folder = libssh2_sftp_open_ex(m_sftp, path.c_str(), sizeOf(path), LIBSSH2_FXF_READ, 0,
                                      LIBSSH2_SFTP_OPENFILE);
        return folder != nullptr ? 0 : libssh2_session_last_errno(m_connection->session());
    };
    TIDEMARK_TRY(const SftpAnswer opened, ask(open, stop));
    if (opened != LIBSSH2_FX_OK) {
        return LIBSSH2_FX_OK;
    }
    auto synced = ask([&]() -> ssize_t { return libssh2_sftp_fsync(folder); }, stop);
    if (Status closed = closeHandle(folder, stop); synced.ok() && !closed.ok()) {
        return std::move(closed).error();
    }
    // OpenSSH has no such call, or its system does not sync folders (EINVAL).
    const bool cannot = synced.ok() && (synced.value() == LIBSSH2_FX_OP_UNSUPPORTED ||
                                        synced.value() == LIBSSH2_FX_BAD_MESSAGE);
    return cannot ? Result<SftpAnswer>(LIBSSH2_FX_OK) : synced;
}

}  // namespace tidemark::storage
