#include "tests/load/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace load {

Journal::Journal(const std::string& path)
    : m_file(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644))
{
    if (m_file < 0)
        throw std::runtime_error(path + ": the journal cannot be opened");
}

Journal::~Journal()
{
    close(m_file);
}

void Journal::add(const TruthRow& committed)
{
    const std::array<std::uint64_t, 2> entry{static_cast<std::uint64_t>(committed.n),
                                             committed.check()};
    if (write(m_file, entry.data(), sizeof entry) != sizeof entry)
        throw std::runtime_error("the journal cannot be written");
}

}  // namespace load
