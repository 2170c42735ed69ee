#include "app/cli/output.h"

#include "app/cli/human.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tidemark::cli {
namespace {

std::string withoutControls(std::string text)
{
    for (char& character : text) {
        const auto code = static_cast<unsigned char>(character);
        if (code < 0x20 || code == 0x7f) {
            character = '?';
        }
    }
    return text;
}

/// The columns that a text takes: a character of UTF-8 begins with any byte but 10xxxxxx.
std::size_t widthOf(const std::string& text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

std::string oneLine(const Json& object)
{
    // Names of files may hold any bytes.
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Output::Output(std::FILE* facts, std::FILE* rest, bool json, const std::stop_token& stop)
    : m_json(json),
      m_facts(::fileno(facts), stop),
      m_rest(::fileno(rest), stop),
      m_showsProgress(!json && ::isatty(::fileno(rest)) == 1)
{
}

void Output::fact(const std::string& text, const Json& object)
{
    m_json ? json(object) : this->text(text);
}

void Output::text(const std::string& line)
{
    write(m_facts, withoutControls(line));
}

void Output::json(const Json& object)
{
    write(m_facts, oneLine(object));
}

void Output::help(const std::string& lines)
{
    write(m_facts, lines.substr(0, lines.find_last_not_of('\n') + 1));
}

void Output::note(const std::string& line)
{
    write(m_rest, withLocalTimes(withoutControls(line)));
}

void Output::error(const Error& error)
{
    if (m_json) {
        write(m_rest, oneLine({{"error", codeName(error.code)},
                               {"message", inEnglish(error.what)},
                               {"hint", inEnglish(error.next)}}));
        return;
    }
    note("tidemarkctl: " + inEnglish(error.what));
    if (!error.next.source.empty()) {
        note(inEnglish(error.next));
    }
}

void Output::lastError(const Error& failure)
{
    if (m_early != failure) {
        error(failure);
    }
}

void Output::earlyError(const Error& failure)
{
    m_early = failure;
    error(failure);
}

void Output::progress(const std::string& line)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_showsProgress || (line.empty() && !m_hasProgress)) {
        return;
    }
    // Back to the first column; the rest of the old line goes.
    static_cast<void>(m_rest.write("\r" + line + "\033[K"));
    m_hasProgress = !line.empty();
}

bool Output::isHeard() const
{
    const std::scoped_lock lock(m_mutex);
    return m_isHeard;
}

Status Output::wholeness() const
{
    const std::scoped_lock lock(m_mutex);
    if (!m_lostBy) {
        return {};
    }
    if (m_lostBy == std::errc::operation_canceled) {
        return Error{.code = ErrorCode::Cancelled,
                     .what = {TIDEMARK_TEXT("cli", "Stopped; nobody took all of the output.")}};
    }
    return Error{.code = ErrorCode::Io,
                 .what = {TIDEMARK_TEXT("cli", "The output could not be written in full: %1."),
                          {m_lostBy.message()}},
                 .next = {TIDEMARK_TEXT("cli",
                                        "Let it go to a place with room, and run the command "
                                        "again.")}};
}

void Output::becomeLog()
{
    const std::scoped_lock lock(m_mutex);
    m_isLog = true;
    m_lostBy.clear();
}

void Output::write(PatientWriter& stream, const std::string& line)
{
    const std::scoped_lock lock(m_mutex);
    if (m_hasProgress) {
        static_cast<void>(m_rest.write("\r\033[K"));
        m_hasProgress = false;
    }
    const std::string whole = line + "\n";
    const std::error_code lostBy = stream.write(whole);
    const bool isEnd = lostBy == std::errc::broken_pipe;
    if (&stream == &m_facts) {
        m_isHeard = m_isHeard && !isEnd;
        if (!m_lostBy && !isEnd && !m_isLog) {
            m_lostBy = lostBy;
        }
    }
}

std::vector<std::string> aligned(const std::vector<std::vector<std::string>>& rows,
                                 const std::vector<bool>& right)
{
    std::vector<std::size_t> widths(right.size(), 0);
    for (const auto& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], widthOf(row[column]));
        }
    }
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const std::string space(widths[column] - widthOf(row[column]), ' ');
            line += column == 0 ? "" : "  ";
            line += right[column] ? space + row[column] : row[column] + space;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace tidemark::cli
