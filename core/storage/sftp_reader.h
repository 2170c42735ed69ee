#pragma once

#include "core/base/byte_stream.h"
#include "core/base/raw_buffer.h"
#include "core/storage/sftp_file.h"
#include "core/storage/sftp_pool.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// A piece of a file at a server. It is read a block at a time, and nothing is open between two
/// blocks: any number of readers share the few connections, whoever reads slowly holds nothing, and
/// a server may restart meanwhile. Blocks grow up to kMaxBlockBytes as long as it goes on.
class SftpReader final : public ByteReader {
public:
    /// NotFound where there is no such file; Damaged where it is something else. What fails once
    /// fails again.
    [[nodiscard]] static Result<std::unique_ptr<ByteReader>> open(SftpPool& pool, std::string path,
                                                                  std::uint64_t offset,
                                                                  std::uint64_t length,
                                                                  std::stop_token stop);

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override;

    /// Whole requests of libssh2, 30,000 bytes each. The largest one costs the three round trips
    /// of a block so little that a fast line is full at 50 ms, too.
    static constexpr std::size_t kFirstBlockBytes = 9 * 30'000;
    static constexpr std::size_t kMaxBlockBytes = 144 * 30'000;

private:
    SftpReader(SftpPool& pool, std::string path, std::uint64_t offset, std::uint64_t length,
               std::stop_token stop);

    [[nodiscard]] Status fill();
    [[nodiscard]] Status readBlock(const std::shared_ptr<SftpSession>& session);
    [[nodiscard]] Status checkSame(SftpFile& file);
    [[nodiscard]] Status start();

    SftpPool& m_pool;
    std::string m_path;
    std::uint64_t m_offset = 0;  ///< Of the next block.
    std::uint64_t m_rest = 0;    ///< Behind the block that is held.
    std::stop_token m_stop;
    SftpFacts m_facts;  ///< As the file was at the start.
    bool m_isBegun = false;
    std::optional<Error> m_failure;
    RawBuffer m_block;
    std::size_t m_used = 0;  ///< Of the block.
    std::size_t m_nextBytes = kFirstBlockBytes;
};

}  // namespace tidemark::storage
