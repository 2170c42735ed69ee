#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/wal_reader.h"

#include <memory>
#include <span>
#include <string>

namespace tidemark::sqlite {

/// Every page of a database at one committed position, exactly, while others write on: pages that
/// the log holds come from the log, the rest from the database file, and a read transaction of its
/// own keeps both in place. It pins the log: the shorter it lives, the better. Reading is for any
/// number of threads at once; the rest for one.
class PageSnapshot {
public:
    /// Begins at the end of the log as it is now. Busy under a flood that leaves no exact position
    /// within a bounded number of tries; NotInWalMode.
    [[nodiscard]] static Result<std::unique_ptr<PageSnapshot>> begin(FileSystem& files,
                                                                     const std::string& path);

    ~PageSnapshot();

    /// The position of which it tells; frame 0 when the log held nothing.
    [[nodiscard]] const WalPosition& position() const;
    [[nodiscard]] std::uint32_t pageCount() const;
    [[nodiscard]] std::uint32_t pageSizeBytes() const;

    /// The bytes of `count` pages from `firstPage` on (1 is the first), one after the other into
    /// `into`.
    [[nodiscard]] Status read(std::uint32_t firstPage, std::uint32_t count,
                              std::span<std::byte> into) const;

private:
    struct State;
    explicit PageSnapshot(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

}  // namespace tidemark::sqlite
