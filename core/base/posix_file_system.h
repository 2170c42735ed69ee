#pragma once

#include "core/base/file_system.h"

namespace tidemark {

/// The computer's own disks.
class PosixFileSystem final : public FileSystem {
public:
    [[nodiscard]] Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                                     std::uint32_t permissions) override;
    [[nodiscard]] Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions) override;
    [[nodiscard]] Status publish(File& unnamed, const std::string& path) override;
    [[nodiscard]] Result<std::optional<FileFacts>> stat(const std::string& path) const override;
    [[nodiscard]] Result<bool> isTaken(const std::string& path) const override;
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(
        const std::string& directory) const override;
    [[nodiscard]] Result<std::vector<NamedEntry>> names(
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
    [[nodiscard]] Result<Volume> volume(const std::string& path) const override;
    [[nodiscard]] Result<std::string> canonical(const std::string& path) const override;
};

}  // namespace tidemark
