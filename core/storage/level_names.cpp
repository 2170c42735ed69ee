#include "core/storage/level_names.h"

#include "core/base/hash.h"

#include <vector>

namespace tidemark::storage {
namespace {

constexpr std::string_view kFolder = "ltx/";
constexpr std::string_view kZeros = "000";
constexpr std::size_t kLevelAt = kZeros.size();

bool isDigit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/// "0000/x" of "ltx/0/x"; every other name as it is.
std::string inBucket(const std::string& name)
{
    const std::size_t at = kFolder.size();
    const bool isLevel = name.starts_with(kFolder) && name.size() > at + 1 && isDigit(name[at]) &&
                         name[at + 1] == '/';
    return isLevel ? std::string(kZeros) + name.substr(at) : name;
}

/// Whether a name of the bucket is one of a level.
bool isOfLevel(std::string_view name)
{
    return name.starts_with(kZeros) && name.size() > kLevelAt + 1 && isDigit(name[kLevelAt]) &&
           name[kLevelAt + 1] == '/';
}

}  // namespace

bool isLevelName(std::string_view name)
{
    constexpr std::size_t kTxIdDigits = 16;
    constexpr std::string_view kEnd = ".ltx";
    if (!isOfLevel(name)) {
        return false;
    }
    name.remove_prefix(kLevelAt + 2);
    return name.size() == 2 * kTxIdDigits + 1 + kEnd.size() && name.ends_with(kEnd) &&
           name[kTxIdDigits] == '-' && isHex(name.substr(0, kTxIdDigits)) &&
           isHex(name.substr(kTxIdDigits + 1, kTxIdDigits));
}

Status LevelNames::list(std::string_view prefix,
                        const std::function<Listing(const ObjectEntry&)>& entry,
                        std::stop_token stop) const
{
    const bool isInside = prefix.starts_with(kFolder);
    const std::string inside =
        std::string(kZeros) + (isInside ? std::string(prefix.substr(kFolder.size())) : "");
    const auto levels = [&](const ObjectEntry& each) {
        if (!isOfLevel(each.name)) {
            return Listing::Continue;
        }
        ObjectEntry renamed = each;
        renamed.name = std::string(kFolder) + each.name.substr(kLevelAt);
        return entry(renamed);
    };
    if (isInside) {
        return m_inner->list(inside, levels, stop);
    }
    if (!kFolder.starts_with(prefix)) {
        return m_inner->list(prefix, entry, stop);
    }
    // Levels come where "ltx/" would: after the names in front of it, before those behind it.
    bool isEnough = false;
    const auto told = [&](const ObjectEntry& each) {
        isEnough = entry(each) == Listing::Enough;
        return isEnough ? Listing::Enough : Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(m_inner->list(
        prefix,
        [&](const ObjectEntry& each) {
            if (each.name >= kFolder) {
                return Listing::Enough;
            }
            return isOfLevel(each.name) ? Listing::Continue : told(each);
        },
        stop));
    if (!isEnough) {
        TIDEMARK_TRY_STATUS(m_inner->list(
            inside,
            [&](const ObjectEntry& each) {
                ObjectEntry renamed = each;
                renamed.name = std::string(kFolder) + each.name.substr(kLevelAt);
                return isOfLevel(each.name) ? told(renamed) : Listing::Continue;
            },
            stop));
    }
    if (isEnough) {
        return {};
    }
    return m_inner->list(
        prefix,
        [&](const ObjectEntry& each) {
            const bool isBehind = each.name >= kFolder && !each.name.starts_with(kFolder);
            return isBehind ? entry(each) : Listing::Continue;
        },
        stop);
}

Result<std::optional<ObjectEntry>> LevelNames::find(const std::string& name,
                                                    std::stop_token stop) const
{
    TIDEMARK_TRY(auto found, m_inner->find(inBucket(name), stop));
    if (found) {
        found->name = name;
    }
    return found;
}

Result<std::unique_ptr<ByteReader>> LevelNames::read(const std::string& name, std::uint64_t offset,
                                                     std::uint64_t length,
                                                     std::stop_token stop) const
{
    return m_inner->read(inBucket(name), offset, length, std::move(stop));
}

Result<std::unique_ptr<StagedObject>> LevelNames::stage(const std::string& name,
                                                        const ByteSource& source,
                                                        const ObjectMetadata& metadata,
                                                        std::stop_token stop)
{
    return m_inner->stage(inBucket(name), source, metadata, std::move(stop));
}

Result<std::size_t> LevelNames::publish(std::span<StagedObject* const> staged, std::stop_token stop)
{
    return m_inner->publish(staged, std::move(stop));
}

Status LevelNames::remove(std::span<const std::string> names, std::stop_token stop)
{
    std::vector<std::string> renamed;
    renamed.reserve(names.size());
    for (const std::string& name : names) {
        renamed.push_back(inBucket(name));
    }
    return m_inner->remove(renamed, std::move(stop));
}

bool LevelNames::onlyLooksFirst() const
{
    return m_inner->onlyLooksFirst();
}

std::string LevelNames::describe() const
{
    return m_inner->describe();
}

}  // namespace tidemark::storage
