#pragma once

#include "core/base/result.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/source_identity.h"
#include "core/sqlite/wal_reader.h"
#include "core/state/page_checksums.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// A log, and the file that it is of.
struct FollowedLog {
    sqlite::FileId file = {};
    std::optional<sqlite::FileId> wal = {};
    sqlite::Salts salts = {};  ///< Zeros: not known, none of it was captured.
    std::uint32_t frame = 0;   ///< Captured up to there; 0: not known.
    bool isWhole = false;      ///< All of it was in the file: another program may begin it anew.
    bool isCaptured = true;    ///< Up to `frame`; else all of it is in its file, wherever that is.
    std::uint32_t pageSizeBytes = 0;  ///< Of `underneath`.
    /// The hash that each page of the log had in its file when that was replaced; empty: not known.
    std::vector<std::pair<std::uint32_t, std::uint64_t>> underneath = {};
};

/// Whether a log is of the file that it lies beside.
enum class Fit {
    Yes,  ///< Or there is nothing in it.
    No,
    Unknown  ///< It is not the one that was followed, or goes on.
};

/// Whether a log with the salts `now` is the one with `then`, or one that was begun in its file
/// later by a program that had begun it before.
[[nodiscard]] bool isSameOrLater(const sqlite::Salts& then, const sqlite::Salts& now);

/// Whether `log` is another one, or ends elsewhere than it was followed to.
[[nodiscard]] bool goesOn(const sqlite::WalRange& log, const FollowedLog& followed);

/// Whether `file` is the one of which `log`, which lies beside it, was followed as `followed` and
/// captured as `known`: or a copy of that. Reads the file as it is, to the first page that is
/// another one: of a file that does not fit its log SQLite may refuse every transaction. Of a log
/// that was not captured it is only known whether it is not of this file. Fails as the file does;
/// Cancelled.
[[nodiscard]] Result<Fit> fitOf(const sqlite::Connection& file, const sqlite::WalRange& log,
                                const FollowedLog& followed, const state::PageChecksums& known,
                                const std::stop_token& stop);

}  // namespace tidemark::engine
