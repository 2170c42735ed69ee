#pragma once

#include "core/base/error.h"
#include "core/ltx/tx_id.h"

#include <string>
#include <utility>

namespace tidemark::engine {

/// What is said when an object is not what we would have written there.
[[nodiscard]] inline Error otherWriter(
    Message what = {TIDEMARK_TEXT("engine", "Another process replicates into this replica.")})
{
    return {.code = ErrorCode::AlreadyExists,
            .what = std::move(what),
            .next = {
                TIDEMARK_TEXT("engine", "Stop the other one, or give this database a new place.")}};
}

/// Of a place that held something: an empty mount point looks like this, too, so nothing may be
/// written into it.
[[nodiscard]] inline Error emptied(const std::string& place, ltx::TxId held)
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("engine", "%1 is empty, but held transaction %2."),
                     {place, std::to_string(held.value)}},
            .next = {TIDEMARK_TEXT("engine",
                                   "Connect its disk. If it was emptied on purpose, give this "
                                   "database a new place.")}};
}

/// The failure to read an object, for those who write into its replica: what a damaged one tells
/// who restores, to try another moment, is no advice for them.
[[nodiscard]] inline Error toWriters(Error error)
{
    if (error.code == ErrorCode::Damaged) {
        error.next = {TIDEMARK_TEXT("engine",
                                    "It is read once more in a minute. If it is damaged, what is "
                                    "whole is used in its place, or a new snapshot is made.")};
    }
    return error;
}

}  // namespace tidemark::engine
