#include "core/service/litestream_watch.h"

#include "core/base/kernel_text.h"
#include "core/sqlite/litestream_traces.h"
#include "core/sqlite/log_readers.h"
#include "core/sqlite/source_identity.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tidemark::service {
namespace {

// The table of locks may miss one.
constexpr int kAbsences = 2;
// One that has no name that is known, and writes nothing for so many looks, has gone.
constexpr int kUnnamedLooks = 10;

bool isLitestream(int process)
{
    return sqlite::logReader(process).program.starts_with("litestream");
}

}  // namespace

LitestreamWatch::LitestreamWatch(const FileSystem& files, std::string path,
                                 std::function<std::string()> locks, bool seesAll)
    : m_files(files), m_path(std::move(path)), m_locks(std::move(locks)), m_seesAll(seesAll)
{
}

std::string LitestreamWatch::kernelLocks()
{
    return kernelText("/proc/locks");
}

bool LitestreamWatch::look(Clock::Instant now)
{
    if (now < m_next) {
        return false;
    }
    m_next = now + kPause;
    const bool wasThere = m_caution.has_value();
    const Traces found = traces(now);
    if (!m_known) {
        m_known = found;
    }
    if (isAttached(found)) {
        m_absences = 0;
        m_caution = litestreamCaution(
            sqlite::LitestreamTraces{.folder = found.folderNs.has_value(), .tables = found.tables},
            m_path);
    } else if (++m_absences >= kAbsences) {
        m_known = found;
        m_isNamed = false;
        m_caution.reset();
    }
    return m_caution.has_value() != wasThere;
}

LitestreamWatch::Traces LitestreamWatch::traces(Clock::Instant now)
{
    if (now >= m_nextTables) {
        m_nextTables = now + kTablesPause;
        m_hasTables = sqlite::hasLitestreamTables(m_path);
    }
    const auto modified = [this](const std::string& path) {
        const auto facts = m_files.stat(path);
        return facts.ok() && facts.value() && facts.value()->kind == FileKind::Directory
                   ? std::optional(facts.value()->modifiedNs)
                   : std::nullopt;
    };
    const std::string folder = sqlite::litestreamFolder(m_path);
    const auto folderNs = modified(folder);
    // Where 0.5 keeps each transaction. 0.3 writes its generation into the folder itself.
    const auto filesNs = folderNs ? modified(folder + "/ltx/0") : std::nullopt;
    return {.tables = m_hasTables, .folderNs = folderNs, .filesNs = filesNs};
}

bool LitestreamWatch::isAttached(const Traces& now)
{
    if (now == Traces{}) {
        return false;
    }
    const auto files = sqlite::identify(m_files, m_path);
    const auto others = files.ok() && files.value().shm
                            ? sqlite::openersIn(m_locks(), *files.value().shm, processId())
                            : std::vector<int>();
    if (std::ranges::any_of(others, isLitestream)) {
        m_isNamed = true;
        return true;
    }
    // One that goes by another name has it open, too, and writes.
    m_sameLooks = now == m_seen ? m_sameLooks + 1 : 0;
    m_seen = now;
    if (m_seesAll && (m_isNamed || others.empty() || m_sameLooks >= kUnnamedLooks)) {
        return false;
    }
    const bool isFolderNew =
        now.folderNs && (now.folderNs != m_known->folderNs || now.filesNs != m_known->filesNs);
    return isFolderNew || (now.tables && !m_known->tables);
}

}  // namespace tidemark::service
