#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/replica/place_contents.h"
#include "core/storage/probe.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::cli {
namespace {

using replica::PlaceContents;
using storage::ProbedStep;
using storage::ProbeResult;
using storage::ProbeStep;

/// Of the widest name and result below.
constexpr std::size_t kNameWidth = 18;
constexpr std::size_t kResultWidth = 11;
constexpr std::string_view kContents = "contents";

std::string padded(std::string text, std::size_t width)
{
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string_view nameOf(ProbeStep step)
{
    switch (step) {
    case ProbeStep::Reach: return "Reach";
    case ProbeStep::Authenticate: return "Authenticate";
    case ProbeStep::List: return "List";
    case ProbeStep::Write: return "Write";
    case ProbeStep::ReadBack: return "Read back";
    case ProbeStep::CreateOnly: return "Not overwrite";
    case ProbeStep::Clock: return "Compare clocks";
    case ProbeStep::Delete: return "Delete";
    }
    return {};
}

std::string_view wordFor(ProbeResult result)
{
    switch (result) {
    case ProbeResult::Passed: return "ok";
    case ProbeResult::Noted: return "ok, but";
    case ProbeResult::Failed: return "FAILED";
    case ProbeResult::Skipped: return "not tried";
    }
    return {};
}

/// One line of the answer, whoever looked.
struct Line {
    std::string_view code;
    std::string_view name;
    ProbedStep told;
    Json more = Json::object();  ///< Fields besides.
};

void print(Output& output, const Line& line)
{
    const ProbedStep& told = line.told;
    const Message& what = told.failure ? told.failure->what : told.note;
    const Message& next = told.failure ? told.failure->next : told.advice;
    if (output.isJson()) {
        Json object = {{"step", line.code}, {"result", codeName(told.result)}};
        if (told.duration) {
            object["seconds"] = std::chrono::duration<double>(*told.duration).count();
        }
        object.update(line.more);
        if (told.failure) {
            object["error"] = codeName(told.failure->code);
        }
        if (told.failure || told.result == ProbeResult::Noted) {
            object["message"] = inEnglish(what);
            object["hint"] = inEnglish(next);
        }
        output.json(object);
        return;
    }
    const std::string took =
        told.duration ? humanDuration(std::chrono::ceil<std::chrono::milliseconds>(*told.duration))
                      : "";
    std::string first = padded(std::string(line.name), kNameWidth) +
                        padded(std::string(wordFor(told.result)), kResultWidth) + took;
    first.erase(first.find_last_not_of(' ') + 1);
    output.text(first);
    for (const Message& each : {what, next}) {
        if (!each.source.empty()) {
            output.text("    " + inEnglish(each));
        }
    }
}

void describe(const PlaceContents& found, ProbedStep& told)
{
    switch (found.kind) {
    case PlaceContents::Kind::Nothing:
        told.note = {TIDEMARK_TEXT("cli", "Nothing is there yet.")};
        return;
    case PlaceContents::Kind::Replica:
        told.note = {TIDEMARK_TEXT("cli", "A replica of Tidemark or of Litestream 0.5.")};
        return;
    case PlaceContents::Kind::Legacy:
        told.note = {TIDEMARK_TEXT("cli", "A replica of Litestream 0.3.")};
        told.advice = {TIDEMARK_TEXT("cli",
                                     "It can be read and restored. Give a new replica a place of "
                                     "its own.")};
        return;
    case PlaceContents::Kind::Others:
        told.note = {TIDEMARK_TEXT("cli", "Other files are there, \"%1\" among them."),
                     {found.example}};
        told.advice = {
            TIDEMARK_TEXT("cli", "They are left alone. Give a new replica a place of its own.")};
        return;
    }
}

/// What stands there already.
Result<ProbedStep> lookInside(Session& session, const storage::Storage& storage)
{
    const Clock::Instant start = session.clock.monotonic();
    const auto found = replica::contentsOf(storage, session.stop);
    ProbedStep told{.duration = std::chrono::round<std::chrono::microseconds>(
                        session.clock.monotonic() - start)};
    Line line{.code = kContents, .name = "Contents"};
    if (found.ok()) {
        describe(found.value(), told);
        const bool isWorthKnowing = !told.advice.source.empty();
        told.result = isWorthKnowing ? ProbeResult::Noted : ProbeResult::Passed;
        line.more["contents"] = codeName(found.value().kind);
    } else if (found.error().code == ErrorCode::Cancelled) {
        return found.error();
    } else {
        told.result = ProbeResult::Failed;
        told.failure = found.error();
    }
    line.told = told;
    print(session.output, line);
    return told;
}

bool isListed(const std::vector<ProbedStep>& steps)
{
    const auto list = std::ranges::find(steps, ProbeStep::List, &ProbedStep::step);
    return list != steps.end() &&
           (list->result == ProbeResult::Passed || list->result == ProbeResult::Noted);
}

Error doesNotPass(const Error& first, const std::string& place)
{
    return {.code = first.code,
            .what = {TIDEMARK_TEXT("cli", "%1 does not pass the test."), {place}},
            .next = {TIDEMARK_TEXT("cli", "Mend what failed first, then test again.")}};
}

}  // namespace

Status runTest(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    const auto tell = [&](const ProbedStep& step) {
        print(session.output,
              {.code = codeName(step.step), .name = nameOf(step.step), .told = step});
    };
    TIDEMARK_TRY(auto probed,
                 storage::probe(*storage,
                                {.clock = session.clock,
                                 .random = session.random,
                                 .tell = tell,
                                 .isReadOnly = address.kind == storage::StorageKind::Zip},
                                session.stop));
    if (isListed(probed.steps)) {
        TIDEMARK_TRY(const auto inside, lookInside(session, *storage));
        probed.steps.push_back(inside);
    } else {
        print(session.output,
              {.code = kContents, .name = "Contents", .told = {.result = ProbeResult::Skipped}});
    }
    if (!probed.left.empty()) {
        session.output.note("Remove by hand what may be left of this test in " +
                            storage->describe() + ": " + probed.left);
    }
    const Error* const first = storage::firstFailure(probed.steps);
    return first == nullptr ? Status() : Status(doesNotPass(*first, storage->describe()));
}

}  // namespace tidemark::cli
