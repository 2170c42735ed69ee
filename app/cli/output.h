#pragma once

#include "app/cli/patient_writer.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

namespace tidemark::cli {

/// Fields keep the order in which they are written.
using Json = nlohmann::ordered_json;

/// Objects are looked at and columns aligned within so many lines, so that a million moments need
/// no memory.
inline constexpr std::size_t kLinesAtOnce = 1000;

/// Where a run speaks: facts on stdout, all else on stderr. Control characters in texts are shown
/// as '?', so that a hostile name cannot drive a terminal. Whoever does not read is waited for, see
/// PatientWriter. Any thread may use it; a line is never torn, unless that gives up.
class Output {
public:
    /// `json` chooses JSON lines over texts. Nothing else is written to the streams, and they
    /// outlive it.
    Output(std::FILE* facts, std::FILE* rest, bool json, const std::stop_token& stop = {});

    [[nodiscard]] bool isJson() const { return m_json; }

    /// A fact: `text` for people, or `object` with --json.
    void fact(const std::string& text, const Json& object);
    void text(const std::string& line);
    void json(const Json& object);

    /// Several lines that are text with --json, too.
    void help(const std::string& lines);

    /// Something worth knowing that is no fact of the answer; its times as withLocalTimes().
    void note(const std::string& line);

    /// A failure: its sentences as notes, or with --json one object.
    void error(const Error& error);

    /// The failure with which the run ends, at its end; nothing when it was told by earlyError().
    void lastError(const Error& error);

    /// The same as soon as it is known, where the end may be weeks away. For the thread that ends
    /// the run.
    void earlyError(const Error& error);

    /// The line of long work, on a terminal only, rewritten in place; empty clears it.
    void progress(const std::string& line);
    [[nodiscard]] bool showsProgress() const { return m_showsProgress; }

    /// False once nobody reads stdout any more. A line that its disk has no room for is lost, and
    /// the next one is tried.
    [[nodiscard]] bool isHeard() const;

    /// Io once a line of stdout was lost though somebody would read it: the answer is not whole.
    [[nodiscard]] Status wholeness() const;

    /// From here on stdout is the log of long work, which a lost line does not make a failure.
    void becomeLog();

private:
    void write(PatientWriter& stream, const std::string& line);

    const bool m_json;
    PatientWriter m_facts;
    PatientWriter m_rest;
    const bool m_showsProgress;
    std::optional<Error> m_early;
    mutable std::mutex m_mutex;  // Guards what follows, and the order of writes.
    bool m_hasProgress = false;
    bool m_isHeard = true;
    bool m_isLog = false;
    std::error_code m_lostBy = {};  // What the first lost line was lost by.
};

/// Rows of texts with their columns aligned, to the right where `right` says so, else to the
/// left. Two spaces between; none at the end of a line.
[[nodiscard]] std::vector<std::string> aligned(const std::vector<std::vector<std::string>>& rows,
                                               const std::vector<bool>& right);

}  // namespace tidemark::cli
