#pragma once

#include "core/base/error.h"

#include <utility>

namespace tidemark::ltx {

/// The error of every rule of FORMAT.md that a file breaks. `what` need not name the file: the
/// caller, who knows it, does.
[[nodiscard]] inline Error damaged(Message what)
{
    return {.code = ErrorCode::Damaged,
            .what = std::move(what),
            .next = {TIDEMARK_TEXT("ltx", "An earlier moment may be whole: try one.")}};
}

}  // namespace tidemark::ltx
