#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/replica/restore_plan.h"

#include <string_view>

namespace tidemark::config {

/// Which moment a person means: "latest", "txid:N", "mark:NAME", or a time as parseTime reads it.
/// Usage for anything else, with what is missing in a time that is nearly one, else with the forms
/// that there are.
[[nodiscard]] Result<replica::Wish> parseWhen(std::string_view text, Timestamp now);

/// A time as people write it, in the local zone unless it names one: RFC 3339; "2026-11-22 17:00",
/// also with UTC, an offset, or what the local zone is called then, behind it; "now"; "-20m",
/// "-1h30m", "5 minutes ago" (s, m, h, d, w and their words) before `now`; "today 09:00",
/// "yesterday 17:00"; "14:31", the last one before `now`. Seconds and their fraction may follow any
/// time of day: what `list` prints is among these. Usage for others, as parseWhen.
[[nodiscard]] Result<Timestamp> parseTime(std::string_view text, Timestamp now);

/// A transaction number from 1: decimal, or hex with exactly 16 digits or behind "0x". Usage for
/// anything else.
[[nodiscard]] Result<ltx::TxId> parseTxId(std::string_view text);

}  // namespace tidemark::config
