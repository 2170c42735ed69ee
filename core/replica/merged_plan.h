#pragma once

#include "core/base/file_system.h"
#include "core/base/random.h"
#include "core/ltx/header.h"
#include "core/ltx/page_stream.h"
#include "core/replica/restore_plan.h"
#include "core/storage/storage.h"

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace tidemark::replica {

/// Where files lie while more objects are merged than can be open at once. `files` outlives what is
/// merged there.
struct Scratch {
    FileSystem& files;
    Random& random;
    std::string folder = {};
};

/// Names of such files begin so; storage::removeLeftovers() clears those of a program that died.
inline constexpr std::string_view kMergeStem = ".tidemark-merge-";

/// The objects of a restore plan as the one file with every page that could stand for them: a
/// snapshot of the plan's moment without a database to read it from.
struct MergedPlan {
    /// Of a complete file: transactions from 1 on, time and size of the moment, and its digest, if
    /// the newest object says it.
    ltx::Header header = {};

    /// A reader that ends without an error has given every page of the moment, has checked each
    /// object that it read, and what it gave adds up to the digest. Its errors name the object.
    std::unique_ptr<ltx::PageSource> pages;
};

/// Reads the header of each object, and makes the files of a long plan. Up to ltx::kMaxMergeInputs
/// objects are read side by side, each once for each reader, and a reader holds
/// ltx::MergedPages::kMergeBytes of pages and some ten kilobytes an object. Of a longer plan, runs
/// of that many objects are merged into files of the scratch folder first, all but the lowest
/// object, which is the large one: they take about as much room as those objects.
///
/// Damaged, naming the object that does not fit; NotFound if one has gone; or as storage and files
/// fail. `storage` outlives the result; the scratch folder exists.
[[nodiscard]] Result<MergedPlan> openMergedPlan(const storage::Storage& storage,
                                                const RestorePlan& plan, const Scratch& scratch,
                                                const std::stop_token& stop);

}  // namespace tidemark::replica
