#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/config/when.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

namespace tidemark::cli {
namespace {

/// Columns are aligned within so many lines, so that a million moments need no memory.
constexpr std::size_t kLinesAtOnce = 1000;

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

Result<Selection> select(Session& session, const ParsedArguments& arguments,
                         const std::vector<replica::Moment>& moments)
{
    Selection selection{.last = moments.size(), .newestFirst = arguments.has("--newest-first")};
    TIDEMARK_TRY(selection.limit, limitOption(arguments));
    if (const auto text = arguments.value("--since")) {
        TIDEMARK_TRY(const auto since, config::parseWhen(*text, session.clock.now()));
        while (selection.first < selection.last && isBefore(moments[selection.first], since)) {
            ++selection.first;
        }
        if (std::holds_alternative<replica::Latest>(since) && !moments.empty()) {
            selection.first = moments.size() - 1;
        }
    }
    if (const auto text = arguments.value("--until")) {
        TIDEMARK_TRY(const auto until, config::parseWhen(*text, session.clock.now()));
        while (selection.last > selection.first && isAfter(moments[selection.last - 1], until)) {
            --selection.last;
        }
    }
    return selection;
}

/// Prints rows, some at a time.
class RowPrinter {
public:
    explicit RowPrinter(Output& output) : m_output(output) {}

    void moment(const replica::Moment& moment, Timestamp now)
    {
        if (m_output.isJson()) {
            m_output.json(momentJson(moment));
            return;
        }
        m_rows.push_back({std::to_string(moment.txId.value), momentTime(moment),
                          humanAge(moment.time, now), humanBytes(moment.bytes),
                          moment.pages ? counted(*moment.pages, "page") : ""});
        if (m_rows.size() == kLinesAtOnce) {
            flush();
        }
    }

    void gap(const replica::Gap& gap)
    {
        if (m_output.isJson()) {
            m_output.json({{"kind", "gap"},
                           {"after", gap.after.value},
                           {"before", gap.before.value},
                           {"reason", inEnglish(gap.reason)}});
            return;
        }
        flush();
        m_output.text("-- gap between " + std::to_string(gap.after.value) + " and " +
                      std::to_string(gap.before.value) + ": " + inEnglish(gap.reason));
    }

    void flush()
    {
        for (const std::string& line : aligned(m_rows, {true, false, true, true, true})) {
            m_output.text(line);
        }
        m_rows.clear();
    }

private:
    Output& m_output;
    std::vector<std::vector<std::string>> m_rows;
};

}  // namespace

Status runList(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto catalog, catalogOperand(session, arguments));
    const auto& moments = catalog->moments;
    TIDEMARK_TRY(const Selection selection, select(session, arguments, moments));
    const std::size_t count = std::min(selection.last - selection.first, selection.limit);
    const Timestamp now = session.clock.now();
    RowPrinter printer(session.output);
    for (std::size_t i = 0; i < count && session.output.isHeard(); ++i) {
        const std::size_t at = selection.newestFirst ? selection.last - 1 - i : selection.first + i;
        const replica::Moment& moment = moments[at];
        const auto gap =
            std::ranges::lower_bound(catalog->gaps, moment.txId, {}, &replica::Gap::before);
        const bool hasGap = gap != catalog->gaps.end() && gap->before == moment.txId;
        if (hasGap && !selection.newestFirst) {
            printer.gap(*gap);
        }
        printer.moment(moment, now);
        if (hasGap && selection.newestFirst) {
            printer.gap(*gap);
        }
    }
    printer.flush();
    if (moments.empty()) {
        session.output.note("There is no moment in this replica yet.");
    }
    return {};
}

}  // namespace tidemark::cli
