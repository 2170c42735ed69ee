#include "core/storage/sftp_file.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr long kPrivateFile = 0600;

// libssh2's MAX_SFTP_READ_SIZE: it asks for pieces of this size.
constexpr std::size_t kPieceBytes = 30'000;

// libssh2 asks ahead for so many times what it is to read.
constexpr std::size_t kAhead = 4;

/// How much to read next, so that libssh2 asks for all of the `left` bytes and for no more: what is
/// asked for and not waited for would still be under way when the file is closed. `done` bytes have
/// arrived; the rest of a piece lies in memory.
std::size_t nextBytes(std::size_t done, std::size_t left)
{
    const std::size_t inPiece = kPieceBytes - done % kPieceBytes;
    return inPiece < kPieceBytes ? std::min(inPiece, left) : (left + kAhead - 1) / kAhead;
}

}  // namespace

Result<SftpAnswer> SftpFile::open(const std::shared_ptr<SftpSession>& session,
                                  const std::string& path, For purpose,
                                  std::optional<SftpFile>& file, const std::stop_token& stop)
{
    const unsigned long flags = purpose == For::Reading
                                    ? LIBSSH2_FXF_READ
                                    : LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT | LIBSSH2_FXF_EXCL;
    LIBSSH2_SFTP_HANDLE* handle = nullptr;
    const auto call = [&]() -> ssize_t {
        handle = libssh2_sftp_open_ex(session->handle(), path.c_str(),
                                      static_cast<unsigned int>(path.size()), flags, kPrivateFile,
                                      LIBSSH2_SFTP_OPENFILE);
        return handle != nullptr ? 0 : libssh2_session_last_errno(session->library());
    };
    TIDEMARK_TRY(const SftpAnswer answer, session->ask(call, stop));
    if (handle != nullptr) {
        file.emplace(SftpFile(session, handle));
    }
    return answer;
}

SftpFile::SftpFile(SftpFile&& other) noexcept
    : m_session(std::move(other.m_session)), m_handle(std::exchange(other.m_handle, nullptr))
{
}

SftpFile::~SftpFile()
{
    if (m_handle != nullptr) {
        m_session->leave(m_handle);
    }
}

Result<SftpAnswer> SftpFile::read(std::span<std::byte> into, std::uint64_t offset, std::size_t& got,
                                  const std::stop_token& stop)
{
    libssh2_sftp_seek64(m_handle, offset);
    got = 0;
    while (got < into.size()) {
        const std::size_t wanted = nextBytes(got, into.size() - got);
        ssize_t piece = 0;
        const auto call = [&]() -> ssize_t {
            return piece = libssh2_sftp_read(m_handle, reinterpret_cast<char*>(into.data() + got),
                                             wanted);
        };
        TIDEMARK_TRY(const SftpAnswer answer, m_session->ask(call, stop));
        if (answer != LIBSSH2_FX_OK) {
            return answer;
        }
        if (piece == 0) {
            break;
        }
        got += static_cast<std::size_t>(piece);
    }
    return LIBSSH2_FX_OK;
}

Result<SftpAnswer> SftpFile::write(std::span<const std::byte> bytes, std::size_t atOnce,
                                   const std::stop_token& stop)
{
    while (!bytes.empty()) {
        // Bytes that are under way have to be handed in again: so all of them until they are there.
        std::span<const std::byte> rest = bytes.first(std::min(bytes.size(), atOnce));
        bytes = bytes.subspan(rest.size());
        while (!rest.empty()) {
            ssize_t done = 0;
            const auto call = [&]() -> ssize_t {
                return done = libssh2_sftp_write(
                           m_handle, reinterpret_cast<const char*>(rest.data()), rest.size());
            };
            TIDEMARK_TRY(const SftpAnswer answer, m_session->ask(call, stop));
            if (answer != LIBSSH2_FX_OK) {
                return answer;
            }
            rest = rest.subspan(static_cast<std::size_t>(done));
        }
    }
    return LIBSSH2_FX_OK;
}

Result<SftpAnswer> SftpFile::facts(SftpFacts& facts, const std::stop_token& stop)
{
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    TIDEMARK_TRY(
        const SftpAnswer answer,
        m_session->ask([&]() -> ssize_t { return libssh2_sftp_fstat_ex(m_handle, &attributes, 0); },
                       stop));
    facts = factsOf(attributes);
    return answer;
}

Result<SftpAnswer> SftpFile::sync(const std::stop_token& stop)
{
    return m_session->ask([&]() -> ssize_t { return libssh2_sftp_fsync(m_handle); }, stop);
}

Result<SftpAnswer> SftpFile::setModified(std::int64_t seconds, const std::stop_token& stop)
{
    LIBSSH2_SFTP_ATTRIBUTES attributes{};
    attributes.flags = LIBSSH2_SFTP_ATTR_ACMODTIME;
    attributes.mtime = static_cast<unsigned long>(seconds);
    attributes.atime = attributes.mtime;
    return m_session->ask(
        [&]() -> ssize_t { return libssh2_sftp_fstat_ex(m_handle, &attributes, 1); }, stop);
}

Result<SftpAnswer> SftpFile::close(const std::stop_token& stop)
{
    bool isGone = false;
    const auto call = [&]() -> ssize_t {
        const int code = libssh2_sftp_close_handle(m_handle);
        isGone = code != LIBSSH2_ERROR_EAGAIN;
        return code;
    };
    auto answer = m_session->ask(call, stop);
    if (isGone) {
        m_handle = nullptr;
    }
    return answer;
}

}  // namespace tidemark::storage
