#pragma once

#include "core/base/clock.h"
#include "core/storage/sftp_session.h"

#include <mutex>
#include <set>
#include <stop_token>
#include <string>

namespace tidemark::storage {

/// The folder of a server below which all objects lie. Once it was seen, it has to stay: what is
/// not mounted there any more is not made anew. Any thread may use it, each with a session that it
/// has to itself; the calls fail as the session's do, besides.
class SftpRoot {
public:
    /// `path` may be empty: the folder of the login. `shown` is what people read. `clock` must
    /// outlive it.
    SftpRoot(const Clock& clock, std::string path, std::string shown)
        : m_clock(clock), m_path(std::move(path)), m_shown(std::move(shown))
    {
    }

    [[nodiscard]] const std::string& path() const { return m_path; }

    /// Whether it is there. NotFound when it never was; Unavailable when it has gone.
    [[nodiscard]] Status check(SftpSession& session, const std::stop_token& stop);

    /// Makes it and its folder for temporary files before the first write, and clears what dead
    /// writers left there more than a day ago.
    [[nodiscard]] Status prepare(SftpSession& session, const std::stop_token& stop);

    /// What is to be said when the folder for temporary files is not there any more: another disk
    /// may be in the place of the root's, or somebody tidied up. Said once; the next prepare()
    /// takes the root for what it is.
    [[nodiscard]] Status lost(SftpSession& session, const std::stop_token& stop);

    /// Makes a folder with its parents, 0700, as durable as the server lets us.
    [[nodiscard]] Status makeFolders(SftpSession& session, const std::string& path,
                                     const std::stop_token& stop);

    /// Objects were seen or written in the folder `path`.
    void noteObjects(const std::string& path);

    /// Unavailable, once, where a folder that had objects has gone.
    [[nodiscard]] Status mayBeMissing(const std::string& path);

private:
    [[nodiscard]] Error vanished(const std::string& folder) const;
    [[nodiscard]] Status clearLeftovers(SftpSession& session, const std::stop_token& stop);

    const Clock& m_clock;
    std::string m_path;
    std::string m_shown;
    std::mutex m_mutex;  // Guards what follows.
    bool m_isSeen = false;
    bool m_isPrepared = false;
    std::set<std::string> m_withObjects;
};

/// A name for a temporary file below the root: whose writer made it when, for it is given its own
/// time before it is renamed. Other than those of FolderStorage, which takes what nobody has
/// locked.
[[nodiscard]] std::string sftpTemporaryName(Timestamp now, std::uint64_t random);

}  // namespace tidemark::storage
