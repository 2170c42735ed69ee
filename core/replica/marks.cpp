#include "core/replica/marks.h"

#include "core/base/memory_stream.h"
#include "core/replica/object_source.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace tidemark::replica {
namespace {

Error sameName(const Mark& older)
{
    return {.code = ErrorCode::AlreadyExists,
            .what = {TIDEMARK_TEXT("replica", "There is a mark \"%1\" already, at transaction %2."),
                     {older.name, std::to_string(older.txId.value)}},
            .next = {TIDEMARK_TEXT("replica", "Choose another name, or remove that mark first.")}};
}

Error noMark(const std::string& name, const storage::Storage& storage)
{
    return {.code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("replica", "There is no mark \"%1\" in %2."),
                     {name, storage.describe()}},
            .next = {TIDEMARK_TEXT("replica", "See: tidemarkctl marks STORAGE")}};
}

Result<Mark> readMark(const storage::Storage& storage, const std::string& objectName,
                      const MarkKey& key, const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::string text, readText(storage, objectName, kMaxMarkFileBytes, stop));
    return decodeMark(key, text);
}

/// Names of the objects among the marks, those alone that may be of `name` where one is given.
Result<std::vector<std::string>> listNames(const storage::Storage& storage,
                                           const std::optional<std::string>& name,
                                           const std::stop_token& stop)
{
    std::vector<std::string> names;
    const auto add = [&](const storage::ObjectEntry& entry) {
        const auto key = parseMarkObjectName(entry.name);
        if (!name || (key && key->isOf(*name))) {
            names.push_back(entry.name);
        }
        return storage::Listing::Continue;
    };
    TIDEMARK_TRY_STATUS(storage.list(kMarkPrefix, add, stop));
    return names;
}

Result<bool> isListedStill(const storage::Storage& storage, const std::string& name,
                           const std::stop_token& stop)
{
    bool isListed = false;
    TIDEMARK_TRY_STATUS(storage.list(
        name,
        [&](const storage::ObjectEntry& entry) {
            isListed = entry.name == name;
            return storage::Listing::Enough;
        },
        stop));
    return isListed;
}

/// The one that counts of two with one name comes first.
bool isOlder(const Mark& one, const Mark& other)
{
    return std::tie(one.createdAt, one.txId) < std::tie(other.createdAt, other.txId);
}

/// Leaves one mark a name.
void dropSameNames(MarkList& list)
{
    std::ranges::sort(list.marks, [](const Mark& one, const Mark& other) {
        return one.name != other.name ? one.name < other.name : isOlder(one, other);
    });
    std::vector<Mark> unique;
    for (Mark& each : list.marks) {
        if (!unique.empty() && unique.back().name == each.name) {
            list.bad.push_back({.objectName = markObjectName(each.txId, each.name),
                                .fault = sameName(unique.back())});
        } else {
            unique.push_back(std::move(each));
        }
    }
    std::ranges::sort(unique, [](const Mark& one, const Mark& other) {
        return std::tie(one.txId, one.name) < std::tie(other.txId, other.name);
    });
    list.marks = std::move(unique);
}

Result<MarkList> readNamed(const storage::Storage& storage, const std::vector<std::string>& names,
                           const std::stop_token& stop)
{
    MarkList list;
    for (const std::string& each : names) {
        const auto key = parseMarkObjectName(each);
        if (!key) {
            list.bad.push_back(
                {.objectName = each,
                 .fault = {.code = ErrorCode::Unsupported,
                           .what = {TIDEMARK_TEXT("replica",
                                                  "This is not the name of a mark's file.")}}});
            continue;
        }
        auto mark = readMark(storage, each, *key, stop);
        if (mark.ok()) {
            list.marks.push_back(std::move(mark).value());
        } else if (mark.error().code == ErrorCode::Damaged) {
            list.bad.push_back({.objectName = each, .fault = std::move(mark).error()});
        } else if (mark.error().code != ErrorCode::NotFound) {
            return std::move(mark).error();
        } else {
            // Removed since it was listed, or lost: then it is listed still, and what it keeps is
            // kept.
            TIDEMARK_TRY(const bool isListed, isListedStill(storage, each, stop));
            if (isListed) {
                list.bad.push_back({.objectName = each, .fault = std::move(mark).error()});
            }
        }
    }
    dropSameNames(list);
    return list;
}

/// The mark of that name that counts, if there is one.
Result<std::optional<Mark>> look(const storage::Storage& storage, const std::string& name,
                                 const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto names, listNames(storage, name, stop));
    TIDEMARK_TRY(const MarkList list, readNamed(storage, names, stop));
    const auto found = std::ranges::find(list.marks, name, &Mark::name);
    return found == list.marks.end() ? std::optional<Mark>() : std::optional(*found);
}

}  // namespace

Error noMarksInLegacy()
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("replica",
                                   "A replica of Litestream 0.3 has no marks: the numbers of its "
                                   "moments change.")},
            .next = {TIDEMARK_TEXT("replica", "Name the moment by its time.")}};
}

Result<MarkList> readMarks(const storage::Storage& storage, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto names, listNames(storage, std::nullopt, stop));
    return readNamed(storage, names, stop);
}

Result<bool> areTheMarks(const storage::Storage& storage, const std::vector<Mark>& marks,
                         const std::stop_token& stop)
{
    TIDEMARK_TRY(auto listed, listNames(storage, std::nullopt, stop));
    std::vector<std::string> names;
    names.reserve(marks.size());
    for (const Mark& each : marks) {
        names.push_back(markObjectName(each.txId, each.name));
    }
    std::ranges::sort(names);
    std::ranges::sort(listed);
    return names == listed;
}

Result<Mark> findMark(const storage::Storage& storage, const std::string& name,
                      const std::stop_token& stop)
{
    TIDEMARK_TRY(auto mark, look(storage, name, stop));
    return mark ? Result<Mark>(*std::move(mark)) : noMark(name, storage);
}

Status writeMark(storage::Storage& storage, const Mark& mark, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(checkMarkName(mark.name));
    TIDEMARK_TRY_STATUS(checkMarkNote(mark.note));
    TIDEMARK_TRY(const auto names, listNames(storage, std::nullopt, stop));
    if (names.size() >= kMaxMarks) {
        return Error{.code = ErrorCode::Unsupported,
                     .what = {TIDEMARK_TEXT("replica", "%1 has %2 marks, and no room for more."),
                              {storage.describe(), std::to_string(names.size())}},
                     .next = {TIDEMARK_TEXT("replica", "Remove some.")}};
    }
    TIDEMARK_TRY(const auto taken, look(storage, mark.name, stop));
    if (taken) {
        return sameName(*taken);
    }
    const std::string name = markObjectName(mark.txId, mark.name);
    TIDEMARK_TRY(const auto outcome, storage.write(name, MemorySource(encodeMark(mark)),
                                                   {.time = mark.createdAt}, stop));
    if (outcome == storage::WriteOutcome::AlreadyThere) {
        // Written once already, and the answer was lost on the way.
        const auto there = readMark(storage, name, *parseMarkObjectName(name), stop);
        return there.ok() && there.value() == mark ? Status() : Status(sameName(mark));
    }
    // Two may have looked before either wrote: both see the same two now, and one gives way.
    TIDEMARK_TRY(const auto counts, look(storage, mark.name, stop));
    if (counts && counts->txId != mark.txId) {
        TIDEMARK_TRY_STATUS(storage.remove(std::span(&name, 1), stop));
        return sameName(*counts);
    }
    return {};
}

Status removeMark(storage::Storage& storage, const std::string& name, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto names, listNames(storage, name, stop));
    std::vector<std::string> gone;
    for (const std::string& each : names) {
        const auto mark = readMark(storage, each, *parseMarkObjectName(each), stop);
        if (!mark.ok() && mark.error().code != ErrorCode::Damaged) {
            return mark.error();
        }
        // Another name with the same hash is not meant.
        if (!mark.ok() || mark.value().name == name) {
            gone.push_back(each);
        }
    }
    return gone.empty() ? Status(noMark(name, storage)) : storage.remove(gone, stop);
}

}  // namespace tidemark::replica
