#include "core/base/program_life.h"

#include "core/base/hash.h"
#include "core/base/process.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>
#include <vector>

namespace tidemark {
namespace {

/// The number of a machine is not to leave it, says machine-id(5): a hash with our name does.
constexpr std::string_view kMachineSalt = "tidemark ";
constexpr std::size_t kMachineBytes = 8;

/// In /proc/<pid>/stat, counted from the state behind the name: see proc(5), field 22.
constexpr std::size_t kStartField = 19;

/// The states there of one that has ended and that its parent did not ask about yet: Z, X, x.
constexpr std::string_view kEndedStates = "ZXx";

/// What the system shows of a process.
struct ShownProcess {
    bool hasEnded = false;
    std::uint64_t startedAt = 0;
};

std::string firstLine(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string hostName()
{
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data())
                                                            : std::string();
}

std::string machineHash()
{
    const std::string id = firstLine("/etc/machine-id");
    if (id.size() < 32) {
        return {};  // "uninitialized", as images have it, is no name.
    }
    const Sha256 hash = sha256(std::string(kMachineSalt) + id);
    return hex(std::span(hash).first(kMachineBytes));
}

std::string nameSpace()
{
    std::error_code failure;
    const auto link = std::filesystem::read_symlink("/proc/self/ns/pid", failure);
    return failure ? std::string() : link.string();
}

/// Empty when it cannot be seen.
std::optional<ShownProcess> shown(int processId)
{
    const std::string line = firstLine("/proc/" + std::to_string(processId) + "/stat");
    // The name may have any character but ends with the last bracket.
    const std::size_t end = line.rfind(')');
    if (end == std::string::npos) {
        return std::nullopt;
    }
    std::istringstream fields(line.substr(end + 1));
    std::string field;
    ShownProcess process;
    for (std::size_t i = 0; i < kStartField; ++i) {
        fields >> field;
        process.hasEnded =
            process.hasEnded || (i == 0 && kEndedStates.find(field) != std::string_view::npos);
    }
    return fields >> process.startedAt ? std::optional(process) : std::nullopt;
}

Life lifeHere(const ProgramLife& program)
{
    // Somebody else's process answers with EPERM, also where /proc hides it.
    if (::kill(program.processId, 0) != 0 && errno == ESRCH) {
        return Life::Ended;
    }
    const auto process = shown(program.processId);
    const bool isAnother = process && process->startedAt != program.startedAt;
    return process && (process->hasEnded || isAnother) ? Life::Ended : Life::Running;
}

class SystemPrograms final : public Programs {
public:
    [[nodiscard]] ProgramLife self() const override;
    [[nodiscard]] Life lifeOf(const ProgramLife& program) const override;
};

ProgramLife SystemPrograms::self() const
{
    const int process = processId();
    return {.host = hostName(),
            .machine = machineHash(),
            .boot = firstLine("/proc/sys/kernel/random/boot_id"),
            .processes = nameSpace(),
            .processId = process,
            .startedAt = shown(process).value_or(ShownProcess()).startedAt};
}

Life SystemPrograms::lifeOf(const ProgramLife& program) const
{
    const ProgramLife us = self();
    if (us.boot.empty() || program.boot.empty()) {
        return Life::Unknown;
    }
    if (program.boot == us.boot) {
        const bool isVisible = program.processes == us.processes && program.processId > 0;
        return isVisible ? lifeHere(program) : Life::Unknown;
    }
    // Images of containers have numbers, too: the name has to be the same as well.
    const bool isThisComputer =
        !us.machine.empty() && program.machine == us.machine && program.host == us.host;
    return isThisComputer ? Life::Ended : Life::Unknown;
}

}  // namespace

const Programs& systemPrograms()
{
    static const SystemPrograms programs;
    return programs;
}

std::string userName()
{
    const auto number = ::geteuid();
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    const bool isNamed =
        ::getpwuid_r(number, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
    return isNamed ? std::string(entry.pw_name) : std::to_string(number);
}

}  // namespace tidemark
