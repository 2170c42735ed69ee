#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/storage/storage.h"
#include "core/storage/webdav_client.h"
#include "core/storage/webdav_root.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::storage {

class WebDavUploads;

/// A body that lies in the hidden folder; when it goes without having been settled, it is let go
/// there. None where an object of its name was there already.
class WebDavUpload final : public StagedObject {
public:
    WebDavUpload(WebDavUploads& uploads, std::string target, std::string temporary,
                 std::stop_token stop)
        : m_uploads(uploads),
          m_target(std::move(target)),
          m_temporary(std::move(temporary)),
          m_stop(std::move(stop))
    {
    }
    /// Blocks as WebDavUploads::letGo() does.
    ~WebDavUpload() override;
    WebDavUpload(const WebDavUpload&) = delete;
    WebDavUpload& operator=(const WebDavUpload&) = delete;

    [[nodiscard]] const std::string& target() const { return m_target; }
    [[nodiscard]] const std::string& temporary() const { return m_temporary; }

    /// It has been moved: nothing of it is left.
    void settle() { m_temporary.clear(); }

    /// From now on it belongs to the call that this one stops.
    void belongTo(std::stop_token stop) { m_stop = std::move(stop); }

private:
    WebDavUploads& m_uploads;
    std::string m_target;
    std::string m_temporary;  // Empty for none.
    std::stop_token m_stop;
};

/// What is on its way into one WebDAV folder: bodies in its hidden folder, and the folders that
/// they need. Any thread may use it.
class WebDavUploads {
public:
    /// All of them outlive it.
    WebDavUploads(const WebDavClient& client, WebDavRoot& root, Clock& clock, Random& random);
    /// Deletes what is of no use, within two seconds, unless the server gave no answer the last
    /// time.
    ~WebDavUploads();
    WebDavUploads(const WebDavUploads&) = delete;
    WebDavUploads& operator=(const WebDavUploads&) = delete;

    /// Sends a body for the object at `target`; its length is counted first where nobody knows it.
    /// The first one makes the hidden folder, and a root that nobody has seen yet, and clears what
    /// died programs left there a day ago. Io for a source that changes its length.
    [[nodiscard]] Result<std::unique_ptr<WebDavUpload>> send(const std::string& target,
                                                             const ByteSource& source,
                                                             std::optional<Timestamp> time,
                                                             const std::stop_token& stop);

    /// Makes the folder of a path on the server, and its parents, unless it is known to be there.
    /// Never left to a move: servers have all kinds of answers to one that leads nowhere.
    [[nodiscard]] Status makeParent(const std::string& path, const std::stop_token& stop);

    /// What is to be said when the hidden folder, or what was in it, has gone: another disk may be
    /// in the place of the root's, or somebody tidied up. Said once; the next send() takes the root
    /// for what it is.
    [[nodiscard]] Status lost(const std::stop_token& stop);

    /// Deletes a body of no use, within two seconds for all that is left from before, too. After a
    /// stop, or where the server gave no answer the last time, the next send() or the end does it.
    void letGo(const std::string& temporary, const std::stop_token& stop);

    /// A call failed so: whoever does not answer is not asked to tidy up, until a send() succeeds.
    void noteFailure(const Error& error);

    /// What was known of the path's folder holds no more.
    void forgetParent(const std::string& path);

private:
    [[nodiscard]] std::string folder() const;
    [[nodiscard]] Result<net::HttpResponse> makeFolder(const std::string& path,
                                                       const std::stop_token& stop) const;
    [[nodiscard]] Status prepare(const std::stop_token& stop);
    [[nodiscard]] bool discard(const std::string& path, Clock::Instant deadline,
                               const std::stop_token& stop) const;
    [[nodiscard]] Status clearLeftovers(const std::stop_token& stop) const;
    [[nodiscard]] std::chrono::seconds serverTime() const;
    [[nodiscard]] Result<net::HttpResponse> put(const std::string& temporary,
                                                const ByteSource& source,
                                                std::optional<Timestamp> time,
                                                const std::stop_token& stop) const;
    void abandon(const std::string& temporary);
    [[nodiscard]] bool clearAbandoned(const std::stop_token& stop);

    const WebDavClient& m_client;
    WebDavRoot& m_root;
    Clock& m_clock;
    Random& m_random;
    std::atomic<bool> m_isPrepared = false;
    std::atomic<bool> m_isSilent = false;          // The server, as far as is known.
    std::atomic<std::int64_t> m_clockAheadMs = 0;  // Of ours before the server's.
    std::mutex m_mutex;                            // Guards what follows.
    std::set<std::string> m_made;                  // Folders that are there.
    std::vector<std::string> m_abandoned;          // Perhaps there, and of no use.
};

}  // namespace tidemark::storage
