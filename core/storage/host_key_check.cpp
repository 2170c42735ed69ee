#include "core/storage/host_key_check.h"

#include "core/base/small_file.h"
#include "core/storage/ssh_wire.h"
#include "core/storage/temporary_file.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tidemark::storage {
namespace {

// A thousand hosts with three keys each.
constexpr std::uint64_t kMaxKnownHostsBytes = 4 << 20;

/// Whoever writes down a key has done so long before.
constexpr int kTriesOfLock = 50;
constexpr std::chrono::milliseconds kPauseOfLock{100};

Error noKnownHosts(const std::string& path)
{
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "%1 is not a file of known hosts."), {path}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Take it away, or name another one with the option "
                                   "known-hosts.")}};
}

/// Empty where there is none.
Result<std::string> textOf(FileSystem& files, const std::string& path)
{
    auto read = readSmallFile(files, path, kMaxKnownHostsBytes);
    if (!read.ok() && read.error().code == ErrorCode::Damaged) {
        return noKnownHosts(path);
    }
    TIDEMARK_TRY(const auto text, std::move(read));
    if (text && !looksLikeKnownHosts(*text)) {
        return noKnownHosts(path);
    }
    return text.value_or(std::string());
}

std::string placeOf(const KnownKey& line)
{
    return line.file + ':' + std::to_string(line.line);
}

Error changed(const HostKey& shown, const KnownKey& line)
{
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage",
                                   "%1 has another key than before: it shows %2 %3, and %4 says "
                                   "%5 %6. Somebody may stand between you and the server."),
                     {shown.host, shown.algorithm, shown.fingerprint, placeOf(line), line.algorithm,
                      fingerprintOf(line.key)}},
            .next = {TIDEMARK_TEXT("storage",
                                   "Ask whoever runs the server. If the key was changed there, "
                                   "take that line away."),
                     {}}};
}

Error revoked(const HostKey& shown, const KnownKey& line)
{
    return {.code = ErrorCode::Credentials,
            .what = {TIDEMARK_TEXT("storage", "The key of %1, %2 %3, is revoked in %4."),
                     {shown.host, shown.algorithm, shown.fingerprint, placeOf(line)}},
            .next = {TIDEMARK_TEXT("storage", "Ask whoever runs the server for its new key.")}};
}

Message whyUnknown(const HostKey& shown, const KnownKey& uncertain)
{
    std::vector<std::string> arguments{shown.host, shown.algorithm, shown.fingerprint,
                                       placeOf(uncertain), uncertain.algorithm};
    if (uncertain.mark == HostKeyMark::Authority) {
        return {TIDEMARK_TEXT("storage",
                              "Nobody knows the key of %1 here: %2 %3. The authority in %4 does "
                              "not help: certificates of hosts are not supported."),
                std::move(arguments)};
    }
    if (!uncertain.file.empty()) {
        return {TIDEMARK_TEXT("storage",
                              "Nobody knows the key of %1 here: %2 %3. The %5 key in %4 is one "
                              "that the server does not show."),
                std::move(arguments)};
    }
    return {TIDEMARK_TEXT("storage", "Nobody knows the key of %1 here: %2 %3."),
            std::move(arguments)};
}

}  // namespace

Result<std::vector<KnownKey>> HostKeyCheck::known(std::string_view host, int port) const
{
    std::vector<KnownKey> known;
    for (const std::string* const path : {&m_parts.theirs, &m_parts.ours}) {
        if (path->empty()) {
            continue;
        }
        TIDEMARK_TRY(const std::string text, textOf(m_parts.files, *path));
        for (KnownKey& each : keysKnownOf(knownHostName(host, port), text, *path)) {
            known.push_back(std::move(each));
        }
    }
    return known;
}

Status HostKeyCheck::check(const std::vector<KnownKey>& known, std::string_view host, int port,
                           std::string_view algorithm, std::string_view key,
                           const std::stop_token& stop)
{
    HostKey shown{.host = knownHostName(host, port),
                  .algorithm = std::string(algorithm),
                  .fingerprint = fingerprintOf(key)};
    const HostJudgement judgement = judge(known, algorithm, key);
    switch (judgement.verdict) {
    case HostVerdict::Trusted: return {};
    case HostVerdict::Changed: return changed(shown, judgement.line);
    case HostVerdict::Revoked: return revoked(shown, judgement.line);
    case HostVerdict::Unknown: break;
    }
    if (!judgement.line.file.empty() && judgement.line.mark == HostKeyMark::None) {
        shown.otherKnown = placeOf(judgement.line) + ' ' + judgement.line.algorithm + ' ' +
                           fingerprintOf(judgement.line.key);
    }
    return ask(shown, judgement.line, key, stop);
}

Status HostKeyCheck::ask(const HostKey& shown, const KnownKey& uncertain, std::string_view key,
                         const std::stop_token& stop)
{
    if (m_parts.person.trusts(shown, stop)) {
        return remember(shown, key, stop);
    }
    if (stop.stop_requested()) {
        return cancelled();
    }
    return Error{.code = ErrorCode::Credentials,
                 .what = whyUnknown(shown, uncertain),
                 .next = {TIDEMARK_TEXT("storage",
                                        "Compare it with what whoever runs the server says, and "
                                        "connect once at a terminal, with Tidemark or with ssh, "
                                        "to say that it is right.")}};
}

Result<std::unique_ptr<FileLock>> HostKeyCheck::lockOurs(const std::stop_token& stop)
{
    for (int tries = 1;; ++tries) {
        auto lock = m_parts.files.lock(m_parts.ours + ".lock");
        if (lock.ok() || lock.error().code != ErrorCode::Busy || tries == kTriesOfLock) {
            return lock;
        }
        if (!m_parts.clock.waitUntil(m_parts.clock.monotonic() + kPauseOfLock, stop)) {
            return cancelled();
        }
    }
}

/// The whole file anew and renamed, so that no line is ever torn; one writer at a time, so that
/// none is lost.
Status HostKeyCheck::remember(const HostKey& trusted, std::string_view key,
                              const std::stop_token& stop)
{
    FileSystem& files = m_parts.files;
    TIDEMARK_TRY_STATUS(files.makeDirectories(parentOf(m_parts.ours), kPrivateDirectory));
    TIDEMARK_TRY(const auto lock, lockOurs(stop));
    TIDEMARK_TRY(std::string text, textOf(files, m_parts.ours));
    const std::string line = knownHostLine(trusted.host, trusted.algorithm, key);
    if (text.find(line) != std::string::npos) {
        return {};  // Another replica of the same server asked at the same time.
    }
    if (!text.empty() && !text.ends_with('\n')) {
        text += '\n';
    }
    text += line;
    TIDEMARK_TRY(auto temporary, TemporaryFile::make(files, m_parts.random, m_parts.ours + '.'));
    TIDEMARK_TRY_STATUS(temporary.file().writeAt(std::as_bytes(std::span(text)), 0));
    TIDEMARK_TRY_STATUS(temporary.file().sync());
    return files.renameReplacing(temporary.path(), m_parts.ours);
}

}  // namespace tidemark::storage
