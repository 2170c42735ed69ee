#include "core/storage/sftp_listing.h"

#include "core/storage/sftp_errors.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tidemark::storage {
namespace {

// The deepest name of any layout has five parts.
constexpr int kMaxDepth = 16;

bool saysEnough(const SftpFacts& facts)
{
    return facts.kind && (facts.kind != SftpKind::File || facts.sizeBytes);
}

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
            if (answer == LIBSSH2_FX_OK) {
                return lookCloser(*session, path, entries);
            }
            entries.clear();
            if (isNotThere(answer)) {
                return {};
            }
            // A link to a folder, or a file: the server says no more than that it failed.
            SftpFacts facts;
            TIDEMARK_TRY(const SftpAnswer looked,
                         session->stat(path, SftpLinks::Follow, facts, m_stop));
            if (looked != LIBSSH2_FX_OK) {
                return isNotThere(looked) ? Status() : Status(refusedBy(looked, path));
            }
            const bool isOther = facts.kind && facts.kind != SftpKind::Folder;
            return isOther ? Status() : Status(refusedBy(answer, path));
        };
        TIDEMARK_TRY_STATUS(m_pool.with(m_stop, read));
        for (SftpEntry& each : entries) {
            each.name += each.facts.kind == SftpKind::Folder ? "/" : "";
        }
        std::ranges::sort(entries, {}, &SftpEntry::name);
        return entries;
    }

    /// At links, which count as what they lead to, and at what the listing says too little of.
    Status lookCloser(SftpSession& session, const std::string& path,
                      std::vector<SftpEntry>& entries) const
    {
        for (SftpEntry& each : entries) {
            const std::string below = pathBelow(path, each.name);
            bool isThere = true;
            const auto look = [&](SftpLinks links) -> Status {
                TIDEMARK_TRY(const SftpAnswer answer,
                             session.stat(below, links, each.facts, m_stop));
                isThere = answer == LIBSSH2_FX_OK;
                // Left out it would be taken for one that is not there.
                return isThere || isNotThere(answer) ? Status() : refusedBy(answer, below);
            };
            if (!saysEnough(each.facts)) {
                TIDEMARK_TRY_STATUS(look(SftpLinks::Keep));
            }
            if (isThere && each.facts.kind == SftpKind::Other) {
                TIDEMARK_TRY_STATUS(look(SftpLinks::Follow));
            }
            if (!isThere) {
                each.facts = {.kind = SftpKind::Other};
            } else if (!saysEnough(each.facts)) {
                return saysTooLittle(below);
            }
        }
        return {};
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
    ObjectEntry entry{.name = std::move(name), .sizeBytes = facts.sizeBytes.value_or(0)};
    if (facts.modifiedSeconds) {
        entry.modified = Timestamp(std::chrono::seconds(*facts.modifiedSeconds));
    }
    return entry;
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
