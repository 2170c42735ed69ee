#include "core/storage/webdav_uploads.h"

#include "core/base/counted_stream.h"
#include "core/base/file_system.h"
#include "core/base/hash.h"
#include "core/base/whole_number.h"
#include "core/storage/folder_root.h"
#include "core/storage/http_failure.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace tidemark::storage {
namespace {
using namespace std::chrono_literals;

/// One request has the whole body, whatever its size; that it moves at all is watched besides.
constexpr net::HttpLimits kUploadLimits{.idle = 120s, .total = 24h};
/// Whoever lets go of something does not wait for it.
constexpr auto kTidyingLimit = 2s;
/// No upload takes as long.
constexpr auto kLeftoverAge = 36h;
constexpr std::size_t kMaxAbandoned = 100;
/// Far more than one storage has; beyond it they are looked for anew.
constexpr std::size_t kMaxFolders = 10'000;
constexpr int kStampDigits = 10;
constexpr int kChanceDigits = 16;

std::string temporaryName(std::chrono::seconds made, std::uint64_t chance)
{
    return hex(static_cast<std::uint64_t>(made.count()), kStampDigits) + '-' +
           hex(chance, kChanceDigits);
}

/// When something of this name was made; empty for a name that is not ours.
std::optional<std::chrono::seconds> stampOf(std::string_view name)
{
    const auto dash = name.find('-');
    if (dash != kStampDigits || name.size() != kStampDigits + 1 + kChanceDigits ||
        !isHex(name.substr(0, dash)) || !isHex(name.substr(dash + 1))) {
        return {};
    }
    return std::chrono::seconds(wholeNumber(name.substr(0, dash), 16).value_or(0));
}

}  // namespace

WebDavUpload::~WebDavUpload()
{
    if (!m_temporary.empty()) {
        m_uploads.letGo(m_temporary, m_stop);
    }
}

WebDavUploads::WebDavUploads(const WebDavClient& client, WebDavRoot& root, Clock& clock,
                             Random& random)
    : m_client(client), m_root(root), m_clock(clock), m_random(random)
{
}

WebDavUploads::~WebDavUploads()
{
    if (!m_isSilent) {
        static_cast<void>(clearAbandoned({}));
    }
}

std::string WebDavUploads::folder() const
{
    return m_root.path() + '/' + std::string(kTemporaryFolder);
}

Status WebDavUploads::makeParent(const std::string& path, const std::stop_token& stop)
{
    const std::string parent = parentOf(path);
    if (parent.size() <= std::max<std::size_t>(m_root.path().size(), 1)) {
        return {};  // The root, which the hidden folder is in.
    }
    {
        const std::scoped_lock lock(m_mutex);
        if (m_made.contains(parent)) {
            return {};
        }
    }
    TIDEMARK_TRY([[maybe_unused]] const auto made, makeFolder(parent, stop));
    const std::scoped_lock lock(m_mutex);
    if (m_made.size() >= kMaxFolders) {
        m_made.clear();
    }
    m_made.insert(parent);
    return {};
}

void WebDavUploads::forgetParent(const std::string& path)
{
    const std::scoped_lock lock(m_mutex);
    m_made.erase(parentOf(path));
}

/// Gives the last answer. Never makes a root that was seen: its disk has gone.
Result<net::HttpResponse> WebDavUploads::makeFolder(const std::string& path,
                                                    const std::stop_token& stop) const
{
    const bool wasRootSeen = m_root.isSeen();  // Not by others who make it meanwhile.
    std::vector<std::string> missing{path};
    for (bool isParentThere = false;;) {
        const std::string& deepest = missing.back();
        TIDEMARK_TRY(auto made, m_client.send({.method = "MKCOL", .path = deepest + '/'}, stop));
        const bool isOnTheWay = made.status == 409 || made.status == 404;
        // 405: somebody has made it. Apache says 403 of one that is made at the same moment.
        bool isThere = isDone(made) || made.status == 405;
        if (made.status == 403) {
            auto looked = m_client.properties(deepest + '/', WebDavDepth::Itself, stop);
            isThere = looked.ok() && looked.value();
        }
        if (isThere) {
            isParentThere = true;
            missing.pop_back();
            if (missing.empty()) {
                return made;
            }
            continue;
        }
        const std::string parent = deepest.substr(0, deepest.rfind('/'));
        // What its parent does not help stays missing.
        if (!isOnTheWay || parent.empty() || isParentThere) {
            return m_client.failureOf(made);
        }
        if (wasRootSeen && parent.size() <= m_root.path().size()) {
            return m_root.isMissing();
        }
        missing.push_back(parent);
    }
}

std::chrono::seconds WebDavUploads::serverTime() const
{
    const auto now = m_clock.now() - std::chrono::milliseconds(m_clockAheadMs);
    return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
}

/// False where no answer came until then. What stays is found a day later.
bool WebDavUploads::discard(const std::string& path, Clock::Instant deadline,
                            const std::stop_token& stop) const
{
    const auto left = std::chrono::floor<std::chrono::milliseconds>(deadline - m_clock.monotonic());
    return left > 0ms && m_client
                             .send({.method = "DELETE",
                                    .path = path,
                                    .limits = {.connect = left, .idle = left, .total = left},
                                    .isOnce = true},
                                   stop)
                             .ok();
}

/// By the time in their names, which is the server's: clocks of computers may be years apart, and
/// what the server says of a file may be the time of an object.
Status WebDavUploads::clearLeftovers(const std::stop_token& stop) const
{
    TIDEMARK_TRY(const auto listed,
                 m_client.properties(folder() + '/', WebDavDepth::Members, stop));
    for (const WebDavResource& each : listed.value_or(std::vector<WebDavResource>())) {
        const auto made = stampOf(each.name);
        if (made && !each.isFolder && serverTime() - *made > kLeftoverAge &&
            !discard(folder() + '/' + each.name, m_clock.monotonic() + kTidyingLimit, stop)) {
            break;
        }
    }
    return {};
}

Status WebDavUploads::prepare(const std::stop_token& stop)
{
    if (m_isPrepared) {
        return {};
    }
    TIDEMARK_TRY(const auto made, makeFolder(folder(), stop));
    if (const auto ahead = clockAhead(made, m_clock.now())) {
        m_clockAheadMs = ahead->count();
    }
    TIDEMARK_TRY_STATUS(clearLeftovers(stop));
    m_root.noteSeen();
    m_isPrepared = true;
    return {};
}

Status WebDavUploads::lost(const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(m_root.check(stop));
    const std::scoped_lock lock(m_mutex);
    m_isPrepared = false;
    m_made.clear();
    return m_root.mayBeAnother();
}

void WebDavUploads::noteFailure(const Error& error)
{
    if (error.code == ErrorCode::Unavailable) {
        m_isSilent = true;
    }
}

void WebDavUploads::letGo(const std::string& temporary, const std::stop_token& stop)
{
    abandon(temporary);
    if (!m_isSilent) {
        static_cast<void>(clearAbandoned(stop));
    }
}

void WebDavUploads::abandon(const std::string& temporary)
{
    const std::scoped_lock lock(m_mutex);
    if (m_abandoned.size() < kMaxAbandoned) {
        m_abandoned.push_back(temporary);
    }
}

/// Whether nothing is left of what failed.
bool WebDavUploads::clearAbandoned(const std::stop_token& stop)
{
    const Clock::Instant deadline = m_clock.monotonic() + kTidyingLimit;
    for (;;) {
        std::string each;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_abandoned.empty()) {
                return true;
            }
            each = std::move(m_abandoned.back());
            m_abandoned.pop_back();
        }
        if (!discard(each, deadline, stop)) {
            abandon(each);
            m_isSilent = m_isSilent || !stop.stop_requested();
            return false;
        }
    }
}

Result<net::HttpResponse> WebDavUploads::put(const std::string& temporary, const ByteSource& source,
                                             std::optional<Timestamp> time,
                                             const std::stop_token& stop) const
{
    WebDavCall call{.method = "PUT", .path = temporary, .body = &source, .limits = kUploadLimits};
    if (time) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(time->time_since_epoch());
        call.headers["x-oc-mtime"] = std::to_string(seconds.count());
    }
    return m_client.send(call, stop);
}

Result<std::unique_ptr<WebDavUpload>> WebDavUploads::send(const std::string& target,
                                                          const ByteSource& source,
                                                          std::optional<Timestamp> time,
                                                          const std::stop_token& stop)
{
    TIDEMARK_TRY_STATUS(prepare(stop));
    const auto begun = m_clock.monotonic();
    const bool isTidy = clearAbandoned(stop);
    const bool isAnswering = m_clock.monotonic() - begun < kTidyingLimit;
    TIDEMARK_TRY(const std::uint64_t size, source.countBytes(stop));
    const CountedSource counted(source, size);
    const std::string temporary = folder() + '/' + temporaryName(serverTime(), m_random.next());
    const auto sent = put(temporary, counted, time, stop);
    if (sent.ok() && (sent.value().status == 404 || sent.value().status == 409)) {
        Status gone = lost(stop);
        return std::move(gone).error();
    }
    if (!sent.ok() || !isDone(sent.value())) {
        abandon(temporary);
        Error error = sent.ok() ? m_client.failureOf(sent.value()) : sent.error();
        noteFailure(error);
        return error;
    }
    m_isSilent = false;
    // Perhaps nothing else is sent for days.
    if (!isTidy && isAnswering) {
        static_cast<void>(clearAbandoned(stop));
    }
    return std::make_unique<WebDavUpload>(*this, target, temporary, stop);
}

}  // namespace tidemark::storage
