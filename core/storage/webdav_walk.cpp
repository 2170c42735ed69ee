#include "core/storage/webdav_walk.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::storage {
namespace {

// The deepest name of any layout has five parts. Deeper ones come from links that lead in circles.
constexpr int kMaxDepth = 16;

class Walk {
public:
    Walk(const WebDavClient& client, std::string root, std::string_view prefix,
         std::string_view hidden, const std::function<Listing(const ObjectEntry&)>& entry,
         const std::stop_token& stop)
        : m_client(client),
          m_root(std::move(root)),
          m_prefix(prefix),
          m_hidden(hidden),
          m_entry(entry),
          m_stop(stop)
    {
    }

    /// `name` is the folder's, with a '/' behind it, or empty for the root.
    Result<Listing> folder(const std::string& name, int depth)
    {
        TIDEMARK_TRY(auto listed,
                     m_client.properties(m_root + '/' + name, WebDavDepth::Members, m_stop));
        if (!listed) {
            m_missedOne = true;
            return Listing::Continue;
        }
        for (WebDavResource& each : *listed) {
            if (each.name.empty() && !each.isFolder) {
                return name.empty() ? Result<Listing>(isNoFolder()) : Listing::Continue;
            }
            // In whole names "a-b" comes before "a/x", in names of members "a" before "a-b".
            if (each.isFolder) {
                each.name += '/';
            }
        }
        std::ranges::sort(*listed, {}, &WebDavResource::name);
        for (const WebDavResource& each : *listed) {
            TIDEMARK_TRY(const Listing answer, one(name, each, depth));
            if (answer == Listing::Enough) {
                return answer;
            }
        }
        return Listing::Continue;
    }

    /// Whether a folder that was named was not there.
    [[nodiscard]] bool missedOne() const { return m_missedOne; }

private:
    Result<Listing> one(const std::string& parent, const WebDavResource& each, int depth)
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const std::string name = parent + each.name;
        if (!each.isFolder) {
            return name.starts_with(m_prefix)
                       ? m_entry(
                             {.name = name, .sizeBytes = each.sizeBytes, .modified = each.modified})
                       : Listing::Continue;
        }
        const bool isItself = each.name == "/";
        const bool wanted = name.starts_with(m_prefix) || m_prefix.starts_with(name);
        const bool skipped = name == std::string(m_hidden) + '/' || depth == kMaxDepth;
        return isItself || !wanted || skipped ? Listing::Continue : folder(name, depth + 1);
    }

    [[nodiscard]] Error isNoFolder() const
    {
        return {.code = ErrorCode::TargetRefused,
                .what = {TIDEMARK_TEXT("storage", "%1 is a file."), {m_client.place()}},
                .next = {TIDEMARK_TEXT("storage", "Give the address of a folder.")}};
    }

    const WebDavClient& m_client;
    const std::string m_root;
    std::string_view m_prefix;
    std::string_view m_hidden;
    const std::function<Listing(const ObjectEntry&)>& m_entry;
    const std::stop_token& m_stop;
    bool m_missedOne = false;
};

}  // namespace

Status listWebDav(const WebDavClient& client, const std::string& root, std::string_view prefix,
                  std::string_view hidden, const std::function<Listing(const ObjectEntry&)>& entry,
                  const std::stop_token& stop)
{
    Walk walk(client, root, prefix, hidden, entry, stop);
    // Straight to the deepest folder that the prefix names, past all of its neighbours.
    const auto slash = prefix.rfind('/');
    const std::string start(slash == std::string_view::npos ? std::string_view()
                                                            : prefix.substr(0, slash + 1));
    TIDEMARK_TRY([[maybe_unused]] const Listing answer, walk.folder(start, 0));
    if (!walk.missedOne()) {
        return {};
    }
    // A server whose disk went must not pass for a short listing.
    TIDEMARK_TRY(const auto itself, client.properties(root + '/', WebDavDepth::Itself, stop));
    if (itself) {
        return {};
    }
    return Error{.code = ErrorCode::NotFound,
                 .what = {TIDEMARK_TEXT("storage", "%1 is not there."), {client.place()}},
                 .next = {TIDEMARK_TEXT("storage", "Check the address.")}};
}

}  // namespace tidemark::storage
