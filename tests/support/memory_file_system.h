#pragma once

#include "core/base/file_system.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

/// A disk in memory, for tests that write many small files: no call of it reaches the computer's.
/// Paths are absolute and without links. One thread.
class MemoryFileSystem final : public FileSystem {
public:
    MemoryFileSystem();

    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                                     std::uint32_t permissions) override;
    [[nodiscard]] Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions) override;
    [[nodiscard]] Status publish(File& unnamed, const std::string& path) override;
    [[nodiscard]] Result<std::optional<FileFacts>> stat(const std::string& path) const override;
    [[nodiscard]] Result<bool> isTaken(const std::string& path) const override;
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
    /// A file or a directory; what is open stays while its name goes.
    struct Node {
        FileFacts facts = {};
        std::vector<std::byte> bytes = {};
        bool isLocked = false;
    };
    class OpenFile;
    class HeldLock;

    [[nodiscard]] std::shared_ptr<Node> make(FileKind kind, std::uint32_t permissions);
    [[nodiscard]] Result<std::shared_ptr<Node>> find(const std::string& path) const;
    [[nodiscard]] Status requireParent(const std::string& path) const;

    std::map<std::string, std::shared_ptr<Node>> m_nodes;  // By path; a node outlives its name.
    std::uint64_t m_inodes = 0;
};

}  // namespace tidemark
