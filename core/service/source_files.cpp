#include "core/service/source_files.h"

#include <algorithm>

namespace tidemark::service {
namespace {

/// Each round sends one away that follows the file no longer. Where another one comes each time, it
/// is that one's; whoever asks tries again in a while.
constexpr int kMostRounds = 8;

}  // namespace

std::optional<std::string> SourceFiles::take(
    const sqlite::FileId& id, const std::string& path,
    const std::function<bool(const std::string& other)>& isStill)
{
    std::string other;
    for (int round = 0; round < kMostRounds; ++round) {
        other = takeFree({id, path});
        if (other == path) {
            return std::nullopt;
        }
        if (isStill(other)) {
            break;
        }
        giveBack(Taken{id, other});
    }
    return other;
}

void SourceFiles::giveBack(const std::string& path)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_taken, [&path](const Taken& each) { return each.path == path; });
}

std::string SourceFiles::takeFree(const Taken& wanted)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = std::ranges::find(m_taken, wanted.id, &Taken::id);
    return found != m_taken.end() ? found->path : m_taken.emplace_back(wanted).path;
}

void SourceFiles::giveBack(const Taken& taken)
{
    const std::scoped_lock lock(m_mutex);
    std::erase(m_taken, taken);
}

}  // namespace tidemark::service
