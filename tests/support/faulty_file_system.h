#pragma once

#include "core/base/file_system.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// A disk that fails, stops or loses what was not synced, in front of a real one.
///
/// The calls that change something are counted from 1: the openings that may create, publish,
/// writeAt, sync, resize, makeDirectories, the renames, remove, setModified, syncDirectory and
/// lock. Only the threads of the code under test and the test's own one use it, not at once.
class FaultyFileSystem final : public FileSystem {
public:
    explicit FaultyFileSystem(FileSystem& disk);
    ~FaultyFileSystem() override;

    /// The changing calls so far.
    [[nodiscard]] int calls() const;

    /// Call number `call` fails with `code` and does nothing; those after it work.
    void failAt(int call, ErrorCode code);

    /// From call number `call` on, none does anything, as if the process had died there; each
    /// fails with Io.
    void stopAt(int call);

    /// Works again, as after a restart of the process.
    void mend();

    /// Calls `told` with the path before each stat(): for what happens between two looks.
    void beforeStat(std::function<void(const std::string&)> told)
    {
        m_beforeStat = std::move(told);
    }

    /// Turns the disk back to what was synced: written bytes as they were at the file's last
    /// sync(), names, those of folders among them with all that lies there, as at their folder's
    /// last syncDirectory(). Files that are open stay usable.
    void losePower();

    /// Makes every path lie on `volume`.
    void pretendVolume(Volume volume) { m_volume = std::move(volume); }

    /// Says that so much is free, whatever is; empty: the truth again.
    void pretendFreeBytes(std::optional<std::uint64_t> bytes) { m_freeBytes = bytes; }

    /// Says of every file that it was modified and changed then.
    void pretendTimes(std::int64_t sinceEpochNs) { m_timesNs = sinceEpochNs; }

    [[nodiscard]] Result<Volume> volume(const std::string& path) const override
    {
        return m_volume ? Result<Volume>(*m_volume) : m_disk.volume(path);
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                                     std::uint32_t permissions) override;
    [[nodiscard]] Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions) override;
    [[nodiscard]] Status publish(File& unnamed, const std::string& path) override;
    [[nodiscard]] Result<std::optional<FileFacts>> stat(const std::string& path) const override;
    [[nodiscard]] Result<bool> isTaken(const std::string& path) const override
    {
        return m_disk.isTaken(path);
    }
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(
        const std::string& directory) const override;
    [[nodiscard]] Status makeDirectories(const std::string& path,
                                         std::uint32_t permissions) override;
    [[nodiscard]] Status renameWithoutReplacing(const std::string& from,
                                                const std::string& to) override;
    [[nodiscard]] Status renameReplacing(const std::string& from, const std::string& to) override;
    [[nodiscard]] Status remove(const std::string& path) override;
    [[nodiscard]] Status setModified(const std::string& path, Timestamp time) override;
    [[nodiscard]] Status syncDirectory(const std::string& directory) override;
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
    [[nodiscard]] Result<Space> space(const std::string& path) const override;
    [[nodiscard]] Result<std::string> canonical(const std::string& path) const override;

private:
    class TrackedFile;

    /// A change that a power loss takes back, until `owner` (a folder, or a file's own number) is
    /// synced.
    struct Unsynced {
        std::string owner = {};
        std::function<void()> takeBack = {};
    };

    [[nodiscard]] Status nextCall(const std::string& path);
    void remember(std::string owner, std::function<void()> takeBack);
    void forget(const std::string& owner);
    [[nodiscard]] std::function<void()> restorer(const std::string& path);
    void removeTree(const std::string& path);

    FileSystem& m_disk;
    std::optional<Volume> m_volume;
    std::optional<std::uint64_t> m_freeBytes;
    std::optional<std::int64_t> m_timesNs;
    std::function<void(const std::string&)> m_beforeStat;
    int m_calls = 0;
    int m_failAt = 0;
    ErrorCode m_failure = ErrorCode::Io;
    int m_stopAt = std::numeric_limits<int>::max();
    int m_files = 0;
    std::vector<Unsynced> m_unsynced;
};

}  // namespace tidemark
