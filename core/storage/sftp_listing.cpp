#include "core/storage/sftp_listing.h"

#include "core/storage/sftp_errors.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tidemark::storage {
namespace {

// The deepest name of any layout has five parts.
constexpr int kMaxDepth = 16;

class Walk {
public:
    Walk(SftpPool& pool, const std::string& root, std::string_view prefix, std::string_view hidden,
         const std::function<Listing(const ObjectEntry&)>& entry, const std::stop_token& stop)
        : m_pool(pool),
          m_root(root),
          m_prefix(prefix),
          m_hidden(std::string(hidden) + '/'),
          m_entry(entry),
          m_stop(stop)
    {
    }

    /// `name` is the folder's, with a '/' behind it, or empty for the root.
    Result<Listing> folder(const std::string& name, int depth)
    {
        TIDEMARK_TRY(const std::vector<SftpEntry> entries, entriesOf(name));
        for (const SftpEntry& each : entries) {
            TIDEMARK_TRY(const Listing answer, one(name, each, depth));
            if (answer == Listing::Enough) {
                return answer;
            }
        }
        return Listing::Continue;
    }

private:
    /// A folder's with a '/' behind them, so that they sort as whole names do: "a-b" before "a/x".
    Result<std::vector<SftpEntry>> entriesOf(const std::string& name)
    {
        const std::string path =
            name.empty() ? pathBelow(m_root, ".")
                         : pathBelow(m_root, std::string_view(name).substr(0, name.size() - 1));
        std::vector<SftpEntry> entries;
        const auto read = [&](const auto& session, int) -> Status {
            entries.clear();
            TIDEMARK_TRY(const SftpAnswer answer, session->list(path, entries, m_stop));
            if (isNotThere(answer) || answer == LIBSSH2_FX_OK) {
                return {};
            }
            // A link to a folder, or a file: the server says no more than that it failed.
            SftpFacts facts;
            TIDEMARK_TRY(const SftpAnswer looked,
                         session->stat(path, SftpLinks::Follow, facts, m_stop));
            const bool isGone = isNotThere(looked) || facts.kind != SftpKind::Folder;
            return isGone ? Status() : Status(refusedBy(answer, path));
        };
        TIDEMARK_TRY_STATUS(m_pool.with(m_stop, read));
        for (SftpEntry& each : entries) {
            each.name += each.facts.kind == SftpKind::Folder ? "/" : "";
        }
        std::ranges::sort(entries, {}, &SftpEntry::name);
        return entries;
    }

    Result<Listing> one(const std::string& parent, const SftpEntry& each, int depth)
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const std::string name = parent + each.name;
        if (each.facts.kind == SftpKind::Folder) {
            const bool isWanted = name.starts_with(m_prefix) || m_prefix.starts_with(name);
            if (!isWanted || name == m_hidden || depth == kMaxDepth) {
                return Listing::Continue;
            }
            return folder(name, depth + 1);
        }
        if (each.facts.kind != SftpKind::File || !name.starts_with(m_prefix)) {
            return Listing::Continue;
        }
        return m_entry(entryOf(name, each.facts));
    }

    SftpPool& m_pool;
    const std::string& m_root;
    std::string_view m_prefix;
    std::string m_hidden;
    const std::function<Listing(const ObjectEntry&)>& m_entry;
    const std::stop_token& m_stop;
};

}  // namespace

ObjectEntry entryOf(std::string name, const SftpFacts& facts)
{
    return {.name = std::move(name),
            .sizeBytes = facts.sizeBytes,
            .modified = Timestamp(std::chrono::seconds(facts.modifiedSeconds))};
}

std::string pathBelow(const std::string& root, std::string_view name)
{
    if (name == ".") {
        return root.empty() ? "." : root;
    }
    const bool needsSlash = !root.empty() && !root.ends_with('/');
    return root + (needsSlash ? "/" : "") + std::string(name);
}

Status listSftp(SftpPool& pool, const std::string& root, std::string_view prefix,
                std::string_view hidden, const std::function<Listing(const ObjectEntry&)>& entry,
                const std::stop_token& stop)
{
    Walk walk(pool, root, prefix, hidden, entry, stop);
    // Straight to the deepest folder that the prefix names, past all of its neighbours.
    const std::size_t slash = prefix.rfind('/');
    const std::string start(slash == std::string_view::npos ? std::string_view()
                                                            : prefix.substr(0, slash + 1));
    TIDEMARK_TRY([[maybe_unused]] const Listing answer, walk.folder(start, 0));
    return {};
}

}  // namespace tidemark::storage
