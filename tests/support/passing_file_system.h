#pragma once

#include "core/base/file_system.h"

namespace tidemark {

/// Hands every call on: for tests that replace one of them.
class PassingFileSystem : public FileSystem {
public:
    explicit PassingFileSystem(FileSystem& disk) : m_disk(disk) {}

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        return m_disk.open(path, purpose, permissions);
    }
    Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                std::uint32_t permissions) override
    {
        return m_disk.createUnnamed(directory, permissions);
    }
    Status publish(File& unnamed, const std::string& path) override
    {
        return m_disk.publish(unnamed, path);
    }
    Result<std::optional<FileFacts>> stat(const std::string& path) const override
    {
        return m_disk.stat(path);
    }
    Result<bool> isTaken(const std::string& path) const override { return m_disk.isTaken(path); }
    Result<std::vector<DirectoryEntry>> list(const std::string& directory) const override
    {
        return m_disk.list(directory);
    }
    Status makeDirectories(const std::string& path, std::uint32_t permissions) override
    {
        return m_disk.makeDirectories(path, permissions);
    }
    Status renameWithoutReplacing(const std::string& from, const std::string& to) override
    {
        return m_disk.renameWithoutReplacing(from, to);
    }
    Status renameReplacing(const std::string& from, const std::string& to) override
    {
        return m_disk.renameReplacing(from, to);
    }
    Status remove(const std::string& path) override { return m_disk.remove(path); }
    Status setModified(const std::string& path, Timestamp time) override
    {
        return m_disk.setModified(path, time);
    }
    Status syncDirectory(const std::string& directory) override
    {
        return m_disk.syncDirectory(directory);
    }
    Result<std::unique_ptr<FileLock>> lock(const std::string& path) override
    {
        return m_disk.lock(path);
    }
    Result<Space> space(const std::string& path) const override { return m_disk.space(path); }
    Result<std::string> canonical(const std::string& path) const override
    {
        return m_disk.canonical(path);
    }

private:
    FileSystem& m_disk;
};

}  // namespace tidemark
