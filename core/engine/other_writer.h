#pragma once

#include "core/base/error.h"

namespace tidemark::engine {

/// What is said when an object is not what we would have written there.
[[nodiscard]] inline Error otherWriter()
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("engine", "Another process replicates into this replica.")},
            .next = {
                TIDEMARK_TEXT("engine", "Stop the other one, or give this database a new place.")}};
}

}  // namespace tidemark::engine
