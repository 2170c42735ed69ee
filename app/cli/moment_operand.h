#pragma once

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/replica/restore_plan.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <string>

/// What the operands and options that name a moment mean.
namespace tidemark::cli {

/// The moment that is asked for: operand `number`, or one of --latest, --txid, --time and
/// --mark. Usage when there are several. A time that is still to come is noted.
[[nodiscard]] Result<replica::Wish> wishOperand(Session& session, const ParsedArguments& arguments,
                                                std::size_t number);

/// Whether a word can be read as WHEN, so that it is no good name for anything else.
[[nodiscard]] bool readsAsMoment(const Session& session, const std::string& text);

/// OUT, at operand 1, as a path from the root. Usage for what is a moment, where none is given
/// behind it: OUT was forgotten, or the two stand the wrong way round.
[[nodiscard]] Result<std::string> outOperand(const Session& session,
                                             const ParsedArguments& arguments);

/// What `wish` means in a list: the same, with the transaction in the place of a mark.
[[nodiscard]] Result<replica::Wish> withoutMark(const Session& session,
                                                const storage::Storage& storage,
                                                replica::Wish wish);

}  // namespace tidemark::cli
