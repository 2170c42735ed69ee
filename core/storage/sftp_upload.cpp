#include "core/storage/sftp_upload.h"

#include "core/base/counted_stream.h"
#include "core/storage/sftp_errors.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <limits>

namespace tidemark::storage {
namespace {

// As many as libssh2 sends ahead: it copies them. Behind each piece it waits until the server has
// said of all of them that they are written, and nothing is under way.
constexpr std::size_t kUploadPieceBytes = 16 << 20;

/// Version 3 has whole seconds in 32 bits.
std::int64_t sftpTime(Timestamp time)
{
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max());
}

}  // namespace

Status SftpUpload::run()
{
    TIDEMARK_TRY(const auto reader, openCounted(m_parts.source));
    // A byte more than it should be: then its end is seen with its last piece.
    const std::uint64_t known = m_parts.source.sizeBytes().value_or(kUploadPieceBytes);
    const std::size_t pieceBytes = std::min<std::uint64_t>(known + 1, kUploadPieceBytes);
    std::vector<std::byte> piece(pieceBytes);
    std::vector<std::byte> following;
    TIDEMARK_TRY(std::size_t got, fill(*reader, piece));
    while (got == pieceBytes) {
        following.resize(pieceBytes);
        // To read and pack one takes as long as to encrypt and send one.
        auto filling = std::async(std::launch::async, [&] { return fill(*reader, following); });
        const Status sent = send(piece, false);
        auto filled = filling.get();
        TIDEMARK_TRY_STATUS(sent);
        TIDEMARK_TRY(got, std::move(filled));
        piece.swap(following);
    }
    return send(std::span(piece).first(got), true);
}

Result<std::size_t> SftpUpload::fill(ByteReader& reader, std::vector<std::byte>& buffer)
{
    std::size_t done = 0;
    while (done < buffer.size()) {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const std::size_t got, reader.read(std::span(buffer).subspan(done)));
        if (got == 0) {
            break;
        }
        done += got;
    }
    return done;
}

Status SftpUpload::send(std::span<const std::byte> bytes, bool isLast)
{
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    TIDEMARK_TRY(const SftpPool::Lease lease,
                 m_session ? m_parts.pool.borrow(m_session, m_stop) : m_parts.pool.borrow(m_stop));
    m_session = lease.session();
    if (!m_file) {
        TIDEMARK_TRY_STATUS(begin());
    }
    TIDEMARK_TRY(const SftpAnswer written, m_file->write(bytes, m_parts.atOnceBytes, m_stop));
    if (written != LIBSSH2_FX_OK) {
        return writeRefusedBy(*m_session, written, m_parts.path, m_stop);
    }
    return isLast ? end() : Status();
}

Status SftpUpload::begin()
{
    TIDEMARK_TRY(const SftpAnswer opened,
                 SftpFile::open(m_session, m_parts.path, SftpFile::For::Creating, m_file, m_stop));
    if (m_file) {
        return {};
    }
    return isNotThere(opened) ? m_parts.root.lost(*m_session, m_stop)
                              : writeRefusedBy(*m_session, opened, m_parts.path, m_stop);
}

Status SftpUpload::end()
{
    if (m_parts.time) {
        // Some servers let nobody set times. The header has the exact one.
        TIDEMARK_TRY([[maybe_unused]] const SftpAnswer timed,
                     m_file->setModified(sftpTime(*m_parts.time), m_stop));
    }
    TIDEMARK_TRY(const SftpAnswer synced, m_file->sync(m_stop));
    if (synced != LIBSSH2_FX_OK && synced != LIBSSH2_FX_OP_UNSUPPORTED) {
        return writeRefusedBy(*m_session, synced, m_parts.path, m_stop);
    }
    TIDEMARK_TRY(const SftpAnswer closed, m_file->close(m_stop));
    return closed == LIBSSH2_FX_OK
               ? Status()
               : Status(writeRefusedBy(*m_session, closed, m_parts.path, m_stop));
}

}  // namespace tidemark::storage
