#pragma once

#include <cstdint>
#include <string>

namespace tidemark {

/// One run of a program, told apart from every other one as far as its computer can. What the
/// system does not tell is empty. A plain value.
struct ProgramLife {
    std::string host = {};       ///< The name of the computer.
    std::string machine = {};    ///< Its installation, as a hash.
    std::string boot = {};       ///< This start of its kernel.
    std::string processes = {};  ///< The name space in which the process has its number.
    int processId = 0;
    std::uint64_t startedAt =
        0;  ///< Of the process, in the kernel's ticks; a number is used again.

    bool operator==(const ProgramLife&) const = default;
};

/// Whether a program still runs.
enum class Life {
    Running,
    Ended,
    Unknown,  ///< It is, or was, where nothing can be seen from here.
};

/// The programs of this computer. Any thread may use it.
class Programs {
public:
    virtual ~Programs() = default;

    [[nodiscard]] virtual ProgramLife self() const = 0;

    /// Never Ended of one that may run. One of this computer before its last start has ended.
    [[nodiscard]] virtual Life lifeOf(const ProgramLife& program) const = 0;
};

/// As the system tells of them.
[[nodiscard]] const Programs& systemPrograms();

/// The name of the user whom this process acts for; his number where he has none.
[[nodiscard]] std::string userName();

}  // namespace tidemark
