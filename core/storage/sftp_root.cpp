#include "core/storage/sftp_root.h"

#include "core/base/file_system.h"
#include "core/base/hash.h"
#include "core/base/whole_number.h"
#include "core/storage/folder_root.h"
#include "core/storage/sftp_errors.h"
#include "core/storage/sftp_listing.h"

#include <chrono>
#include <optional>
#include <vector>

namespace tidemark::storage {
namespace {

constexpr std::string_view kStem = "sftp-";
constexpr int kTimeDigits = 12;
constexpr int kRandomDigits = 16;

// No upload takes that long; clocks of two writers differ by less.
constexpr std::chrono::hours kLeftoverAge{24};

// Deeper folders do not exist; links in circles may.
constexpr int kMaxParents = 64;

// Of a replica's levels there are ten.
constexpr std::size_t kMaxFolders = 1000;

/// When a temporary file was made; empty for what is none of ours.
std::optional<Timestamp> madeAt(std::string_view name)
{
    if (!name.starts_with(kStem) || name.size() != kStem.size() + kTimeDigits + 1 + kRandomDigits) {
        return std::nullopt;
    }
    const auto milliseconds = wholeNumber(name.substr(kStem.size(), kTimeDigits), 16);
    return milliseconds ? std::optional(Timestamp(std::chrono::milliseconds(*milliseconds)))
                        : std::nullopt;
}

Error isInTheWay(const std::string& path)
{
    return {.code = ErrorCode::TargetRefused,
            .what = {TIDEMARK_TEXT("storage", "%1 is not a folder."), {path}},
            .next = {TIDEMARK_TEXT("storage", "Take it away, or choose another place.")}};
}

Result<bool> isFolder(SftpSession& session, const std::string& path, const std::stop_token& stop)
{
    SftpFacts facts;
    TIDEMARK_TRY(const SftpAnswer answer, session.stat(path, SftpLinks::Follow, facts, stop));
    if (answer != LIBSSH2_FX_OK) {
        return refusedBy(answer, path);
    }
    return facts.kind ? Result<bool>(facts.kind == SftpKind::Folder) : saysTooLittle(path);
}

Status makeDeep(SftpSession& session, const std::string& path, int depth,
                const std::stop_token& stop)
{
    TIDEMARK_TRY(SftpAnswer answer, session.makeFolder(path, stop));
    if (isNotThere(answer) && depth < kMaxParents && parentOf(path) != path) {
        TIDEMARK_TRY_STATUS(makeDeep(session, parentOf(path), depth + 1, stop));
        TIDEMARK_TRY(answer, session.makeFolder(path, stop));
    }
    if (answer == LIBSSH2_FX_OK) {
        TIDEMARK_TRY(const SftpAnswer synced, session.syncFolder(parentOf(path), stop));
        return synced == LIBSSH2_FX_OK
                   ? Status()
                   : Status(writeRefusedBy(session, synced, parentOf(path), stop));
    }
    // The answer is the same whether it is there already or cannot be made.
    auto there = isFolder(session, path, stop);
    if (!there.ok()) {
        const bool isMissing = there.error().code == ErrorCode::NotFound;
        return isMissing ? writeRefusedBy(session, answer, path, stop) : std::move(there).error();
    }
    return there.value() ? Status() : Status(isInTheWay(path));
}

}  // namespace

std::string sftpTemporaryName(Timestamp now, std::uint64_t random)
{
    const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
    return std::string(kTemporaryFolder) + '/' + std::string(kStem) +
           hex(milliseconds, kTimeDigits) + '-' + hex(random, kRandomDigits);
}

Error SftpRoot::vanished(const std::string& folder) const
{
    return {.code = ErrorCode::Unavailable,
            .what = {TIDEMARK_TEXT("storage", "The folder %1 has vanished from %2."),
                     {folder, m_shown}},
            .next = {TIDEMARK_TEXT("storage", "Look whether its disk is mounted at the server.")}};
}

Status SftpRoot::check(SftpSession& session, const std::stop_token& stop)
{
    auto there = isFolder(session, pathBelow(m_path, "."), stop);
    if (!there.ok() && there.error().code != ErrorCode::NotFound) {
        return std::move(there).error();
    }
    const std::scoped_lock lock(m_mutex);
    if (there.ok() && there.value()) {
        m_isSeen = true;
        return {};
    }
    if (m_isSeen) {
        return vanished(pathBelow(m_path, "."));
    }
    if (there.ok()) {
        return Error{.code = ErrorCode::NotFound,
                     .what = {TIDEMARK_TEXT("storage", "%1 is not a folder."), {m_shown}}};
    }
    return Error{
        .code = ErrorCode::NotFound,
        .what = {TIDEMARK_TEXT("storage", "There is no folder %1."), {m_shown}},
        .next = {TIDEMARK_TEXT("storage", "Check the path, or mount its disk at the server.")}};
}

Status SftpRoot::prepare(SftpSession& session, const std::stop_token& stop)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (m_isPrepared) {
            return {};
        }
    }
    Status there = check(session, stop);
    if (!there.ok() && there.error().code != ErrorCode::NotFound) {
        return there;
    }
    const std::string temporaries = pathBelow(m_path, kTemporaryFolder);
    TIDEMARK_TRY_STATUS(makeFolders(session, temporaries, stop));
    TIDEMARK_TRY_STATUS(clearLeftovers(session, stop));
    const std::scoped_lock lock(m_mutex);
    m_isSeen = true;
    m_isPrepared = true;
    return {};
}

Status SftpRoot::clearLeftovers(SftpSession& session, const std::stop_token& stop)
{
    const std::string folder = pathBelow(m_path, kTemporaryFolder);
    std::vector<SftpEntry> entries;
    TIDEMARK_TRY(const SftpAnswer answer, session.list(folder, entries, stop));
    if (answer != LIBSSH2_FX_OK) {
        return refusedBy(answer, folder);
    }
    for (const SftpEntry& each : entries) {
        const auto made = madeAt(each.name);
        if (made && each.facts.kind == SftpKind::File && m_clock.now() - *made > kLeftoverAge) {
            // One that stays costs room and nothing else.
            TIDEMARK_TRY([[maybe_unused]] const SftpAnswer removed,
                         session.remove(folder + '/' + each.name, stop));
        }
    }
    return {};
}

Status SftpRoot::lost(SftpSession& session, const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(check(session, stop));
    const std::scoped_lock lock(m_mutex);
    m_isPrepared = false;
    m_withObjects.clear();
    return Error{
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "Another folder may be in the place of %1."), {m_shown}},
        .next = {TIDEMARK_TEXT("storage", "What it holds is looked at before it is written to.")}};
}

Status SftpRoot::makeFolders(SftpSession& session, const std::string& path,
                             const std::stop_token& stop)
{
    return makeDeep(session, path, 0, stop);
}

void SftpRoot::noteObjects(const std::string& path)
{
    const std::scoped_lock lock(m_mutex);
    if (m_withObjects.size() < kMaxFolders) {
        m_withObjects.insert(path);
    }
}

Status SftpRoot::mayBeMissing(const std::string& path)
{
    const std::scoped_lock lock(m_mutex);
    return m_withObjects.erase(path) == 0 ? Status() : Status(vanished(path));
}

}  // namespace tidemark::storage
