#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/replica/restore_plan.h"

#include <string_view>

namespace tidemark::config {

/// Which moment a person means: "latest", "txid:N", "mark:NAME", or a time as parseTime reads it.
/// Usage, with the forms that there are, for anything else.
[[nodiscard]] Result<replica::Wish> parseWhen(std::string_view text, Timestamp now);

/// A time as people write it, in the local zone unless it names one: RFC 3339; "2026-11-22 17:00";
/// "-20m" and "-1h30m" (s, m, h, d, w) before `now`; "today 09:00", "yesterday 17:00"; "14:31", the
/// last one before `now`. Seconds and their fraction may follow any time of day. Usage for others.
[[nodiscard]] Result<Timestamp> parseTime(std::string_view text, Timestamp now);

/// A transaction number from 1: decimal, or hex with exactly 16 digits or behind "0x". Usage for
/// anything else.
[[nodiscard]] Result<ltx::TxId> parseTxId(std::string_view text);

}  // namespace tidemark::config
