#pragma once

#include "core/base/clock.h"
#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/wal_reader.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tidemark::sqlite {

/// Where the anchor's read mark lies.
enum class Place {
    InLog,    ///< On a slot >= 1: no frame can be overwritten.
    AtZero,   ///< Taken when all was backfilled and captured, so on slot 0 (or, when a checkpointer
              ///< held that one for an instant, on another): what is written from now on stays.
    Unknown,  ///< One of the two; all up to the handover is captured.
};

/// The read transaction that keeps what was not captured yet from being overwritten. One exists
/// from attach to detach, without a moment's pause: a fresh one begins before the old one ends, and
/// the old one ends only when the fresh one is known to protect (core/DESIGN.md, "Handover"). For
/// one thread at a time.
class Anchor {
public:
    /// Opens the database and begins. `identity` is taken right after; -wal and -shm exist from
    /// then on. Busy when no exact position could be had (a flood): try again.
    [[nodiscard]] static Result<std::unique_ptr<Anchor>> attach(FileSystem& files,
                                                                const std::string& path);

    /// The log as it stood when the anchor was taken: the position from which capture starts.
    [[nodiscard]] const WalIndexHeader& takenAt() const { return m_takenAt; }

    [[nodiscard]] Place place() const { return m_place; }

    /// In the log of takenAt() the anchor lets SQLite backfill at least up to this frame: it was
    /// committed before the anchor began. (takenAt() is a look after that.)
    [[nodiscard]] std::uint32_t mark() const { return m_mark; }

    /// The wal-index as it is now. Busy while it is torn: when that lasts, its writer was killed
    /// at it and nobody has begun since; handOver() lets SQLite repair it.
    [[nodiscard]] Result<WalIndexHeader> header() const;

    /// The handover rule. True: a fresh anchor holds, taken at the end of the log as it is now;
    /// false: it could not be known to protect, and the old one stays. `captured` is how far
    /// capture is. Fails only when the files are not those of attach (then the fresh one, if it
    /// was begun, is gone again); what SQLite answers is a false.
    [[nodiscard]] Result<bool> handOver(const WalPosition& captured);

    /// Whether the three files are those of attach, and, while the anchor lies at zero, the
    /// database file was not written to: nothing is backfilled then, so that would not be SQLite.
    /// Before every call that begins, checkpoints or writes.
    [[nodiscard]] Status sameFiles() const;

    [[nodiscard]] const SourceIdentity& identity() const { return m_identity; }

    /// What the database file is like while the anchor lies at zero; SQLite does not change it
    /// then.
    [[nodiscard]] const std::optional<FileStamp>& standing() const { return m_standing; }

    /// The connection that holds the mark: to read pages of the database file under it.
    [[nodiscard]] const Connection& connection() const { return *m_held; }

    /// The -wal file, open for reading.
    [[nodiscard]] const File& wal() const { return *m_wal; }

    /// Closes the spare connection while nothing happens; it comes back by itself.
    void rest();

    /// Gives the connection away for the last close, its transaction still open.
    [[nodiscard]] std::unique_ptr<Connection> release() &&;

private:
    Anchor(FileSystem& files, std::string path);

    [[nodiscard]] Status take();
    [[nodiscard]] Result<std::optional<FileStamp>> standingFile(Place place) const;
    [[nodiscard]] Result<bool> beginSpare();
    [[nodiscard]] Result<WalIndexHeader> headerBefore();

    FileSystem& m_files;
    std::string m_path;
    SourceIdentity m_identity;
    std::unique_ptr<Connection> m_held;
    std::unique_ptr<Connection> m_spare;
    std::unique_ptr<File> m_wal;
    WalIndexHeader m_takenAt = {};
    std::uint32_t m_mark = 0;
    Place m_place = Place::Unknown;
    std::optional<FileStamp> m_standing;  // Of the database file, while the anchor lies at zero.
};

}  // namespace tidemark::sqlite
