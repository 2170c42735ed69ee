#pragma once

#include "tests/support/passing_file_system.h"

#include <atomic>
#include <memory>
#include <string>

namespace tidemark {

/// A disk that a test can fill: then nothing can be written until something of a replica is
/// deleted, or, when it is kept full, as many objects as were deleted. Any thread.
class FillingDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    void fill() { m_isFull = true; }
    void fillAndKeepFull()
    {
        m_room = 0;
        m_isCounted = true;
    }
    void empty()
    {
        m_isFull = false;
        m_isCounted = false;
    }
    [[nodiscard]] bool isFull() const { return m_isCounted ? m_room <= 0 : m_isFull.load(); }

    Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                       std::uint32_t permissions) override
    {
        if (isFull() && purpose != OpenFor::Reading) {
            return noSpace();
        }
        return PassingFileSystem::open(path, purpose, permissions);
    }
    Result<std::unique_ptr<File>> createUnnamed(const std::string& directory,
                                                std::uint32_t permissions) override
    {
        if (isFull()) {
            return noSpace();
        }
        return PassingFileSystem::createUnnamed(directory, permissions);
    }
    Status renameWithoutReplacing(const std::string& from, const std::string& to) override
    {
        if (m_isCounted && to.ends_with(".ltx")) {
            if (isFull()) {
                return noSpace();
            }
            --m_room;
        }
        return PassingFileSystem::renameWithoutReplacing(from, to);
    }
    Status remove(const std::string& path) override
    {
        Status removed = PassingFileSystem::remove(path);
        if (removed.ok() && path.ends_with(".ltx")) {
            ++m_room;
            m_isFull = false;
        }
        return removed;
    }

private:
    static Error noSpace()
    {
        return {.code = ErrorCode::NoSpace, .what = {TIDEMARK_TEXT("test", "The disk is full.")}};
    }

    std::atomic<bool> m_isFull = false;
    std::atomic<bool> m_isCounted = false;
    std::atomic<int> m_room = 0;
};

}  // namespace tidemark
