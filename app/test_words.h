#pragma once

#include "app/test_step_model.h"
#include "app/timeline/time_words.h"
#include "core/replica/place_contents.h"
#include "core/storage/probe.h"

#include <array>
#include <chrono>
#include <optional>

namespace tidemark::app {

/// The words of the test of a place.

/// In the order in which they are told.
inline constexpr std::array kTestSteps = {
    storage::ProbeStep::Reach, storage::ProbeStep::Authenticate, storage::ProbeStep::List,
    storage::ProbeStep::Write, storage::ProbeStep::ReadBack,     storage::ProbeStep::CreateOnly,
    storage::ProbeStep::Clock, storage::ProbeStep::Delete};

[[nodiscard]] QString titleOf(storage::ProbeStep step);

[[nodiscard]] TestStepModel::Row rowOf(const storage::ProbedStep& step,
                                       const timeline::Speech& speech);

/// Without a title where nothing is there.
[[nodiscard]] TestStepModel::Row rowOf(const replica::PlaceContents& contents);

/// Whether a replica may begin, or go on, among what is there.
[[nodiscard]] bool mayBegin(const std::optional<replica::PlaceContents>& contents);

/// "84 ms", "1.4 s"
[[nodiscard]] QString tookWords(std::chrono::nanoseconds took, const timeline::Speech& speech);

}  // namespace tidemark::app
