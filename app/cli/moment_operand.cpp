#include "app/cli/moment_operand.h"

#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/config/when.h"
#include "core/replica/mark.h"
#include "core/replica/marks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace tidemark::cli {
namespace {

constexpr std::array<std::string_view, 4> kMomentOptions{"--latest", "--txid", "--time", "--mark"};

/// --time; a moment of another kind is told its place.
Result<Timestamp> timeOption(const std::string& text, Timestamp now)
{
    auto time = config::parseTime(text, now);
    if (!time.ok() && config::parseWhen(text, now).ok()) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "\"%1\" is a moment, but not a time."), {text}},
                     .next = {TIDEMARK_TEXT("cli", "Leave --time out and write %1 by itself."),
                              {quotedForShell(text)}}};
    }
    return time;
}

/// Nobody can know yet what will be the last moment up to then.
void noteFuture(Output& output, const replica::Wish& wish, Timestamp now)
{
    const auto* const time = std::get_if<replica::AtTime>(&wish);
    if (time != nullptr && time->time > now) {
        output.note(humanTime(time->time) +
                    " is still to come: the newest moment that there is now is taken.");
    }
}

Error givenTwice()
{
    return {
        .code = ErrorCode::Usage,
        .what = {TIDEMARK_TEXT("cli", "The moment is given more than once.")},
        .next = {TIDEMARK_TEXT("cli", "Give one of WHEN, --latest, --txid, --time and --mark.")}};
}

}  // namespace

Result<replica::Wish> wishOperand(Session& session, const ParsedArguments& arguments,
                                  std::size_t number)
{
    const Timestamp now = session.clock.now();
    std::optional<replica::Wish> wish;
    int count = 0;
    if (const auto when = arguments.operand(number)) {
        TIDEMARK_TRY(wish, config::parseWhen(*when, now));
        ++count;
    }
    if (arguments.has("--latest")) {
        wish = replica::Latest{};
        ++count;
    }
    if (const auto txId = arguments.value("--txid")) {
        TIDEMARK_TRY(const ltx::TxId number64, config::parseTxId(*txId));
        wish = replica::AtTxId{number64};
        ++count;
    }
    if (const auto time = arguments.value("--time")) {
        TIDEMARK_TRY(const Timestamp meant, timeOption(*time, now));
        wish = replica::AtTime{meant};
        ++count;
    }
    if (const auto mark = arguments.value("--mark")) {
        TIDEMARK_TRY_STATUS(replica::checkMarkName(*mark));
        wish = replica::AtMark{*mark};
        ++count;
    }
    if (count > 1) {
        return givenTwice();
    }
    if (wish) {
        noteFuture(session.output, *wish, now);
    }
    return wish.value_or(replica::Latest{});
}

bool readsAsMoment(const Session& session, const std::string& text)
{
    return config::parseWhen(text, session.clock.now()).ok();
}

Result<std::string> outOperand(const Session& session, const ParsedArguments& arguments)
{
    const std::string& out = arguments.operands()[1];
    const auto behind = arguments.operand(2);
    const bool hasMoment =
        behind
            ? readsAsMoment(session, *behind)
            : std::ranges::any_of(kMomentOptions, [&](auto each) { return arguments.has(each); });
    if (!hasMoment && readsAsMoment(session, out)) {
        return Error{
            .code = ErrorCode::Usage,
            .what = {TIDEMARK_TEXT("cli",
                                   "\"%1\" is a moment, not a file: say where the database goes."),
                     {out}},
            .next = {TIDEMARK_TEXT("cli",
                                   "Write the new file before the moment: restore STORAGE OUT %1. "
                                   "A file of that name is ./%1."),
                     {quotedForShell(out)}}};
    }
    return absolutePath(session, out);
}

Result<replica::Wish> withoutMark(const Session& session, const storage::Storage& storage,
                                  replica::Wish wish)
{
    if (const auto* const mark = std::get_if<replica::AtMark>(&wish)) {
        TIDEMARK_TRY(const auto found, replica::findMark(storage, mark->name, session.stop));
        return replica::Wish(replica::AtTxId{found.txId});
    }
    return wish;
}

}  // namespace tidemark::cli
