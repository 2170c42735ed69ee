#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/wal_reader.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace tidemark::sqlite {

/// Every page of a database at one committed position, exactly, while others write on: pages that
/// the log holds come from the log, the rest from the database file, and a read transaction of its
/// own keeps both in place. It pins the log: the shorter it lives, the better. In rollback mode the
/// file alone has all, and the transaction keeps everybody from committing. Reading is for any
/// number of threads at once; the rest for one.
class PageSnapshot {
public:
    /// Begins at the end of the log as it is now. Busy under a flood that leaves no exact position
    /// within a bounded number of tries; NotInWalMode.
    [[nodiscard]] static Result<std::unique_ptr<PageSnapshot>> begin(FileSystem& files,
                                                                     const std::string& path);

    /// The same of a database in rollback mode. Nothing is written, and nobody commits while it
    /// lives. Busy while somebody does, and until somebody has rolled back what a killed writer
    /// left; also while the file is empty, and while a log lies beside it that is not its own:
    /// SQLite would remove the log, or read it and make a -shm. Unavailable when the database is in
    /// WAL mode by now.
    [[nodiscard]] static Result<std::unique_ptr<PageSnapshot>> beginShared(const FileSystem& files,
                                                                           const std::string& path);

    ~PageSnapshot();

    /// The position of which it tells; frame 0 when the log held nothing.
    [[nodiscard]] const WalPosition& position() const;
    [[nodiscard]] std::uint32_t pageCount() const;
    [[nodiscard]] std::uint32_t pageSizeBytes() const;

    /// In rollback mode: what each commit counts up.
    [[nodiscard]] std::uint32_t changeCounter() const;

    /// In rollback mode: whether somebody wants to commit, and has to wait for this soon.
    [[nodiscard]] bool isInTheWay() const;

    /// Copies every page into `file`, which is empty: pages are read from there then. Blocks on the
    /// disk; Cancelled soon after `stop` was requested. On a failure nothing changed.
    [[nodiscard]] Status copyTo(std::unique_ptr<File> file, const std::stop_token& stop);

    /// Ends the transaction: what was copied (asserted) stays as it was.
    void keepCopyOnly();

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
