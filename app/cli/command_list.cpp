#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/moment_operand.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/page_counts.h"
#include "core/config/when.h"
#include "core/replica/marks.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tidemark::cli {
namespace {

/// What the options leave of the moments: [first, last).
struct Selection {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t limit = 0;
    bool newestFirst = false;
};

Result<std::size_t> limitOption(const ParsedArguments& arguments)
{
    const auto text = arguments.value("--limit");
    std::size_t limit = SIZE_MAX;
    if (text) {
        const char* const end = text->data() + text->size();
        const auto [stopped, error] = std::from_chars(text->data(), end, limit);
        if (error != std::errc() || stopped != end || limit == 0) {
            return Error{
                .code = ErrorCode::Usage,
                .what = {TIDEMARK_TEXT("cli", "\"%1\" is not a number of moments."), {*text}},
                .next = {TIDEMARK_TEXT("cli", "Write --limit 20.")}};
        }
    }
    return limit;
}

/// Whether `moment` lies before what `wish` means.
bool isBefore(const replica::Moment& moment, const replica::Wish& wish)
{
    if (const auto* const time = std::get_if<replica::AtTime>(&wish)) {
        return moment.time < time->time;
    }
    const auto* const number = std::get_if<replica::AtTxId>(&wish);
    return number != nullptr && moment.txId < number->txId;
}

/// Whether it lies behind it.
bool isAfter(const replica::Moment& moment, const replica::Wish& wish)
{
    if (const auto* const time = std::get_if<replica::AtTime>(&wish)) {
        return moment.time > time->time;
    }
    const auto* const number = std::get_if<replica::AtTxId>(&wish);
    return number != nullptr && moment.txId > number->txId;
}

/// Empty when the option is not there.
Result<std::optional<replica::Wish>> boundOption(Session& session, const ParsedArguments& arguments,
                                                 const storage::Storage& storage,
                                                 std::string_view option)
{
    const auto text = arguments.value(option);
    if (!text) {
        return std::optional<replica::Wish>();
    }
    TIDEMARK_TRY(auto wish, config::parseWhen(*text, session.clock.now()));
    TIDEMARK_TRY(auto bound, withoutMark(session, storage, std::move(wish)));
    return std::optional(std::move(bound));
}

Result<Selection> select(Session& session, const ParsedArguments& arguments,
                         const OpenedReplica& opened)
{
    const std::vector<replica::Moment>& moments = opened.catalog.moments;
    Selection selection{.last = moments.size(), .newestFirst = arguments.has("--newest-first")};
    TIDEMARK_TRY(selection.limit, limitOption(arguments));
    TIDEMARK_TRY(const auto since, boundOption(session, arguments, *opened.storage, "--since"));
    TIDEMARK_TRY(const auto until, boundOption(session, arguments, *opened.storage, "--until"));
    if (since) {
        while (selection.first < selection.last && isBefore(moments[selection.first], *since)) {
            ++selection.first;
        }
        if (std::holds_alternative<replica::Latest>(*since) && !moments.empty()) {
            selection.first = moments.size() - 1;
        }
    }
    if (until) {
        while (selection.last > selection.first && isAfter(moments[selection.last - 1], *until)) {
            --selection.last;
        }
    }
    return selection;
}

/// Says where the moments are when none is among those that were asked for.
void noteEmpty(Output& output, const std::vector<replica::Moment>& moments,
               const Selection& selection)
{
    if (moments.empty() || selection.first < selection.last) {
        return;
    }
    output.note("No moment lies there: those of this replica go from transaction " +
                std::to_string(moments.front().txId.value) + " of " + momentTime(moments.front()) +
                " to " + std::to_string(moments.back().txId.value) + " of " +
                momentTime(moments.back()) + ".");
}

/// Prints rows, some at a time.
class RowPrinter {
public:
    explicit RowPrinter(Output& output) : m_output(output) {}

    /// `marks` are those of the moment.
    void moment(const replica::Moment& moment, std::span<const replica::Mark> marks, Timestamp now)
    {
        if (m_output.isJson()) {
            Json object = momentJson(moment);
            for (const replica::Mark& each : marks) {
                object["marks"].push_back(each.name);
            }
            m_output.json(object);
            return;
        }
        std::string names;
        for (const replica::Mark& each : marks) {
            names += (names.empty() ? "* " : ", ") + each.name;
        }
        m_rows.push_back({std::to_string(moment.txId.value), momentTime(moment),
                          humanAge(moment.time, now), humanBytes(moment.bytes),
                          moment.pages ? counted(*moment.pages, "page") : "", names});
        if (m_rows.size() == kLinesAtOnce) {
            flush();
        }
    }

    void gap(const replica::Gap& gap)
    {
        if (m_output.isJson()) {
            m_output.json({{"kind", "gap"},
                           {"after", gap.after.value},
                           {"before", gap.isTail() ? Json() : Json(gap.before.value)},
                           {"reason", inEnglish(gap.reason)}});
            return;
        }
        flush();
        const std::string after = std::to_string(gap.after.value);
        const std::string place =
            gap.isTail() ? "behind " + after
                         : "between " + after + " and " + std::to_string(gap.before.value);
        m_output.text("-- gap " + place + ": " + inEnglish(gap.reason));
    }

    void flush()
    {
        for (const std::string& line : aligned(m_rows, {true, false, true, true, true, false})) {
            m_output.text(line);
        }
        m_rows.clear();
    }

private:
    Output& m_output;
    std::vector<std::vector<std::string>> m_rows;
};

/// Prints moments, each with the gap before it, and the gap behind the last one of all.
class Lister {
public:
    /// `marks` are by moment, and outlive it.
    Lister(Session& session, const OpenedReplica& opened, std::span<const replica::Mark> marks)
        : m_session(session),
          m_printer(session.output),
          m_storage(*opened.storage),
          m_catalog(opened.catalog),
          m_marks(marks),
          m_now(session.clock.now())
    {
        const auto& gaps = m_catalog.gaps;
        m_inner = std::span(gaps).first(gaps.size() - (tail() ? 1 : 0));
    }

    [[nodiscard]] Status list(const Selection& selection)
    {
        const std::size_t all = m_catalog.moments.size();
        const std::size_t count = std::min(selection.last - selection.first, selection.limit);
        const bool reachesEnd =
            selection.last == all && (selection.newestFirst || selection.first + count == all);
        const replica::Gap* const end = reachesEnd ? tail() : nullptr;
        if (end && selection.newestFirst) {
            m_printer.gap(*end);
        }
        for (std::size_t done = 0; done < count && m_session.output.isHeard();) {
            const std::size_t some = std::min(count - done, kLinesAtOnce);
            TIDEMARK_TRY_STATUS(listSome(selection, done, some));
            done += some;
        }
        if (end && !selection.newestFirst) {
            m_printer.gap(*end);
        }
        m_printer.flush();
        return {};
    }

private:
    [[nodiscard]] const replica::Gap* tail() const
    {
        const auto& gaps = m_catalog.gaps;
        return !gaps.empty() && gaps.back().isTail() ? &gaps.back() : nullptr;
    }

    /// Of the selection `count` from `first` on.
    [[nodiscard]] Status listSome(const Selection& selection, std::size_t first, std::size_t count)
    {
        std::vector<replica::Moment> moments;
        for (std::size_t i = first; i < first + count; ++i) {
            moments.push_back(m_catalog.moments[selection.newestFirst ? selection.last - 1 - i
                                                                      : selection.first + i]);
        }
        TIDEMARK_TRY_STATUS(lookAtMoments(m_session, m_storage, m_catalog, moments));
        for (const replica::Moment& moment : moments) {
            one(moment, selection.newestFirst);
        }
        return {};
    }

    void one(const replica::Moment& moment, bool newestFirst)
    {
        const auto gap = std::ranges::lower_bound(m_inner, moment.txId, {}, &replica::Gap::before);
        const bool hasGap = gap != m_inner.end() && gap->before == moment.txId;
        if (hasGap && !newestFirst) {
            m_printer.gap(*gap);
        }
        const auto marks = std::ranges::equal_range(m_marks, moment.txId, {}, &replica::Mark::txId);
        m_printer.moment(moment, {marks.begin(), marks.end()}, m_now);
        if (hasGap && newestFirst) {
            m_printer.gap(*gap);
        }
    }

    Session& m_session;
    RowPrinter m_printer;
    const storage::Storage& m_storage;
    const replica::Catalog& m_catalog;
    std::span<const replica::Mark> m_marks;
    Timestamp m_now = {};
    std::span<const replica::Gap> m_inner = {};  // Those with a moment behind them, by number.
};

/// Those of a replica of LTX files; others have none. The moments are there without them, too.
Result<std::vector<replica::Mark>> marksOf(Session& session, const OpenedReplica& opened)
{
    if (opened.catalog.format != replica::Catalog::Format::Ltx) {
        return std::vector<replica::Mark>();
    }
    auto list = replica::readMarks(*opened.storage, session.stop);
    if (list.ok()) {
        return std::move(list).value().marks;
    }
    if (list.error().code == ErrorCode::Cancelled) {
        return std::move(list).error();
    }
    session.output.note("The marks cannot be read: " + inEnglish(list.error().what));
    return std::vector<replica::Mark>();
}

}  // namespace

Status runList(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const OpenedReplica opened, replicaOperand(session, arguments));
    TIDEMARK_TRY(const Selection selection, select(session, arguments, opened));
    noteEmpty(session.output, opened.catalog.moments, selection);
    TIDEMARK_TRY(const auto marks, marksOf(session, opened));
    TIDEMARK_TRY_STATUS(Lister(session, opened, marks).list(selection));
    if (opened.catalog.moments.empty()) {
        session.output.note("There is no moment in this replica yet.");
    }
    return {};
}

}  // namespace tidemark::cli
