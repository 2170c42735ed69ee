#include "core/base/posix_file.h"

#include "core/base/posix_error.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace tidemark {

Result<std::size_t> PosixFile::readAt(std::span<std::byte> into, std::uint64_t offset) const
{
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = ::pread(m_descriptor.number(), into.data() + done, into.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return systemError(TIDEMARK_TEXT("base", "Cannot read %1: %2."), m_path);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Status PosixFile::writeAt(std::span<const std::byte> bytes, std::uint64_t offset)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t put = ::pwrite(m_descriptor.number(), bytes.data() + done,
                                     bytes.size() - done, static_cast<off_t>(offset + done));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return systemError(TIDEMARK_TEXT("base", "Cannot write %1: %2."), m_path);
        }
        done += static_cast<std::size_t>(put);
    }
    return {};
}

Status PosixFile::sync()
{
    if (::fsync(m_descriptor.number()) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot sync %1 to disk: %2."), m_path);
    }
    return {};
}

Result<std::uint64_t> PosixFile::sizeBytes() const
{
    struct stat status {};
    if (::fstat(m_descriptor.number(), &status) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot read %1: %2."), m_path);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Status PosixFile::resize(std::uint64_t sizeBytes)
{
    if (::ftruncate(m_descriptor.number(), static_cast<off_t>(sizeBytes)) != 0) {
        return systemError(TIDEMARK_TEXT("base", "Cannot write %1: %2."), m_path);
    }
    return {};
}

}  // namespace tidemark
