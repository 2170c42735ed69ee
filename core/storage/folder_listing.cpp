#include "core/storage/folder_listing.h"

#include <algorithm>
#include <chrono>

namespace tidemark::storage {
namespace {

// The deepest name of any layout has five parts. Deeper ones come from links that lead in circles.
constexpr int kMaxDepth = 16;

class Walk {
public:
    Walk(const FileSystem& files, std::string_view prefix, std::string_view hidden,
         const std::function<Listing(const ObjectEntry&)>& entry, const std::stop_token& stop)
        : m_files(files), m_prefix(prefix), m_hidden(hidden), m_entry(entry), m_stop(stop)
    {
    }

    /// `name` is the folder's, with a '/' behind it, or empty for the root.
    Result<Listing> folder(const std::string& path, const std::string& name, int depth)
    {
        auto listed = m_files.list(path);
        if (!listed.ok()) {
            // It went after it was named: as good as never there.
            if (listed.error().code == ErrorCode::NotFound) {
                return Listing::Continue;
            }
            return std::move(listed).error();
        }
        std::vector<DirectoryEntry> entries = std::move(listed).value();
        for (DirectoryEntry& each : entries) {
            // In whole names "a-b" comes before "a/x", in names of entries "a" before "a-b".
            if (each.facts.kind == FileKind::Directory) {
                each.name += '/';
            }
        }
        std::ranges::sort(entries, {}, &DirectoryEntry::name);
        for (const DirectoryEntry& each : entries) {
            TIDEMARK_TRY(const Listing answer, one(path + '/' + each.name, name, each, depth));
            if (answer == Listing::Enough) {
                return answer;
            }
        }
        return Listing::Continue;
    }

private:
    Result<Listing> one(const std::string& path, const std::string& parent,
                        const DirectoryEntry& each, int depth)
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const std::string name = parent + each.name;
        if (each.facts.kind == FileKind::Directory) {
            const bool wanted = name.starts_with(m_prefix) || m_prefix.starts_with(name);
            const bool skipped = name == std::string(m_hidden) + '/' || depth == kMaxDepth;
            if (!wanted || skipped) {
                return Listing::Continue;
            }
            return folder(path.substr(0, path.size() - 1), name, depth + 1);
        }
        if (each.facts.kind != FileKind::Regular || !name.starts_with(m_prefix)) {
            return Listing::Continue;
        }
        return m_entry(entryOf(name, each.facts));
    }

    const FileSystem& m_files;
    std::string_view m_prefix;
    std::string_view m_hidden;
    const std::function<Listing(const ObjectEntry&)>& m_entry;
    const std::stop_token& m_stop;
};

}  // namespace

ObjectEntry entryOf(std::string name, const FileFacts& facts)
{
    // Rounded up: who asks for the time that is shown does not get what was before it.
    const auto sinceEpoch =
        std::chrono::ceil<std::chrono::milliseconds>(std::chrono::nanoseconds(facts.modifiedNs));
    return {
        .name = std::move(name), .sizeBytes = facts.sizeBytes, .modified = Timestamp(sinceEpoch)};
}

Status listFolder(const FileSystem& files, const std::string& root, std::string_view prefix,
                  std::string_view hidden, const std::function<Listing(const ObjectEntry&)>& entry,
                  const std::stop_token& stop)
{
    Walk walk(files, prefix, hidden, entry, stop);
    // Straight to the deepest folder that the prefix names, past all of its neighbours.
    const auto slash = prefix.rfind('/');
    const std::string start(slash == std::string_view::npos ? std::string_view()
                                                            : prefix.substr(0, slash + 1));
    const std::string path = start.empty() ? root : root + '/' + start.substr(0, start.size() - 1);
    TIDEMARK_TRY([[maybe_unused]] const Listing answer, walk.folder(path, start, 0));
    return {};
}

}  // namespace tidemark::storage
