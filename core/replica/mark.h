#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/ltx/tx_id.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// A name that somebody gave to a moment. A plain value.
struct Mark {
    std::string name = {};
    ltx::TxId txId = {};
    std::string note = {};
    Timestamp createdAt = {};  ///< When the name was given, not the time of the moment.

    bool operator==(const Mark&) const = default;
};

/// As long as a title, and a paragraph.
inline constexpr std::size_t kMaxMarkNameBytes = 200;
inline constexpr std::size_t kMaxMarkNoteBytes = 4000;

/// A mark's file holds both, each byte escaped at worst.
inline constexpr std::size_t kMaxMarkFileBytes = 32 << 10;

/// A name is UTF-8, not empty, without control characters and without a space at its ends; a note
/// is UTF-8 and may have more than one line. Usage, saying what is wrong.
[[nodiscard]] Status checkMarkName(std::string_view name);
[[nodiscard]] Status checkMarkNote(std::string_view note);

/// All marks of a replica start with this. Litestream does not look there.
inline constexpr std::string_view kMarkPrefix = "tidemark/marks/";

/// "tidemark/marks/000000000000002a-9b74c989.json": the moment, and the start of the SHA-256 of the
/// name.
[[nodiscard]] std::string markObjectName(ltx::TxId txId, std::string_view name);

/// What such a name says.
struct MarkKey {
    ltx::TxId txId = {};
    std::string nameHash = {};  ///< Eight hex digits.

    /// Whether a mark of that name has this key, as far as the hash tells.
    [[nodiscard]] bool isOf(std::string_view name) const;

    bool operator==(const MarkKey&) const = default;
};

/// Empty for every name that markObjectName() does not write.
[[nodiscard]] std::optional<MarkKey> parseMarkObjectName(std::string_view name);

/// The file of a mark that obeys the rules (asserted): JSON, for people too.
[[nodiscard]] std::string encodeMark(const Mark& mark);

/// Reads what encodeMark() wrote; keys that a newer version adds are passed over. Damaged if it is
/// none, or one of another name than its key says. The text does not name the file.
[[nodiscard]] Result<Mark> decodeMark(const MarkKey& key, std::string_view bytes);

}  // namespace tidemark::replica
