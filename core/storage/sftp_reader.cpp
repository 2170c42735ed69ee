#include "core/storage/sftp_reader.h"

#include "core/storage/sftp_errors.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemark::storage {
namespace {

Error becameShorter(const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 became shorter while it was read."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else changes this folder, and try "
                                   "again.")}};
}

Error becameAnother(const std::string& path)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "%1 was changed while it was read."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Look whether something else changes this folder, and try "
                                   "again.")}};
}

}  // namespace

SftpReader::SftpReader(SftpPool& pool, std::string path, std::uint64_t offset, std::uint64_t length,
                       std::stop_token stop)
    : m_pool(pool),
      m_path(std::move(path)),
      m_offset(offset),
      m_rest(length),
      m_stop(std::move(stop))
{
}

Result<std::unique_ptr<ByteReader>> SftpReader::open(SftpPool& pool, std::string path,
                                                     std::uint64_t offset, std::uint64_t length,
                                                     std::stop_token stop)
{
    std::unique_ptr<SftpReader> reader(
        new SftpReader(pool, std::move(path), offset, length, std::move(stop)));
    TIDEMARK_TRY_STATUS(reader->start());
    return std::unique_ptr<ByteReader>(std::move(reader));
}

/// The first block comes with the look at the file: for a small one it is all.
Status SftpReader::start()
{
    const std::uint64_t wanted = m_rest;
    return m_pool.with(m_stop, [&](const auto& session, int) -> Status {
        SftpFacts facts;
        // Opening a pipe would hang the server.
        TIDEMARK_TRY(const SftpAnswer answer,
                     session->stat(m_path, SftpLinks::Follow, facts, m_stop));
        if (answer != LIBSSH2_FX_OK) {
            return refusedBy(answer, m_path);
        }
        if (facts.kind != SftpKind::File && facts.kind) {
            return Error{.code = ErrorCode::Damaged,
                         .what = {TIDEMARK_TEXT("storage", "%1 is not a file."), {m_path}},
                         .next = {TIDEMARK_TEXT("storage", "Take it away.")}};
        }
        if (!facts.kind || !facts.sizeBytes) {
            return saysTooLittle(m_path);
        }
        const std::uint64_t size = *facts.sizeBytes;
        m_facts = facts;
        m_rest = std::min(wanted, size - std::min(size, m_offset));
        return readBlock(session);
    });
}

Status SftpReader::readBlock(const std::shared_ptr<SftpSession>& session)
{
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_nextBytes, m_rest));
    m_block.resize(size);
    m_used = 0;
    if (size == 0) {
        return {};
    }
    std::optional<SftpFile> file;
    TIDEMARK_TRY(const SftpAnswer opened,
                 SftpFile::open(session, m_path, SftpFile::For::Reading, file, m_stop));
    if (!file) {
        return refusedBy(opened, m_path);
    }
    // The first block comes right behind the look at the file, without a round trip more.
    if (m_isBegun) {
        TIDEMARK_TRY_STATUS(checkSame(*file));
    }
    std::size_t got = 0;
    TIDEMARK_TRY(const SftpAnswer answer,
                 file->read(std::span(m_block.data(), size), m_offset, got, m_stop));
    if (answer != LIBSSH2_FX_OK) {
        return refusedBy(answer, m_path);
    }
    if (got < size) {
        return becameShorter(m_path);
    }
    TIDEMARK_TRY([[maybe_unused]] const SftpAnswer closed, file->close(m_stop));
    m_offset += size;
    m_rest -= size;
    m_isBegun = true;
    m_nextBytes = std::min(2 * m_nextBytes, kMaxBlockBytes);
    return {};
}

/// Nothing is open between two blocks, so that another file may have come in its place.
Status SftpReader::checkSame(SftpFile& file)
{
    SftpFacts facts;
    TIDEMARK_TRY(const SftpAnswer answer, file.facts(facts, m_stop));
    if (answer != LIBSSH2_FX_OK) {
        return refusedBy(answer, m_path);
    }
    if (facts.sizeBytes < m_facts.sizeBytes) {
        return becameShorter(m_path);
    }
    return facts.sizeBytes == m_facts.sizeBytes && facts.modifiedSeconds == m_facts.modifiedSeconds
               ? Status()
               : Status(becameAnother(m_path));
}

Status SftpReader::fill()
{
    Status filled =
        m_pool.with(m_stop, [this](const auto& session, int) { return readBlock(session); });
    if (!filled.ok()) {
        m_block.resize(0);
        m_used = 0;
        m_failure = filled.error();
    }
    return filled;
}

Result<std::size_t> SftpReader::read(std::span<std::byte> into)
{
    if (m_stop.stop_requested()) {
        return cancelled();
    }
    if (m_failure) {
        return *m_failure;
    }
    if (m_used == m_block.size()) {
        TIDEMARK_TRY_STATUS(fill());
    }
    const std::size_t got = std::min(into.size(), m_block.size() - m_used);
    if (got > 0) {
        std::memcpy(into.data(), m_block.data() + m_used, got);
    }
    m_used += got;
    return got;
}

}  // namespace tidemark::storage
