#pragma once

#include "tests/support/passing_file_system.h"

#include <atomic>
#include <string>
#include <string_view>

namespace tidemark {

/// A disk on which a deletion breaks off with holes, as with a server that is sent many requests at
/// once: of the second batch every other transaction stays, then nothing works any more. Any
/// thread.
class ScatteringDisk final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;

    /// With what is deleted from now on.
    void scatter() { m_scatters = true; }
    [[nodiscard]] bool hasScattered() const { return m_isBroken; }
    void mend()
    {
        m_scatters = false;
        m_isBroken = false;
        m_removals = 0;
    }

    Status syncDirectory(const std::string& directory) override
    {
        if (m_scatters && m_removals > kStraight) {
            m_isBroken = true;
            return Error{.code = ErrorCode::Unavailable};
        }
        return PassingFileSystem::syncDirectory(directory);
    }
    Status remove(const std::string& path) override
    {
        if (m_isBroken) {
            return Error{.code = ErrorCode::Unavailable};
        }
        if (m_scatters && path.ends_with(".ltx") && ++m_removals > kStraight && endsEven(path)) {
            return {};
        }
        return PassingFileSystem::remove(path);
    }

private:
    static constexpr int kStraight = 8;  // The first batch.

    /// By the last digit of the last transaction, in hex.
    static bool endsEven(const std::string& path)
    {
        const char digit = path.at(path.size() - std::string_view("0.ltx").size());
        return std::string_view("02468ace").find(digit) != std::string_view::npos;
    }

    std::atomic<bool> m_scatters = false;
    std::atomic<int> m_removals = 0;
    std::atomic<bool> m_isBroken = false;
};

}  // namespace tidemark
