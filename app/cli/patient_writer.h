#pragma once

#include "core/base/descriptor.h"

#include <sys/types.h>

#include <stop_token>
#include <string_view>
#include <system_error>

namespace tidemark::cli {

/// Writes to a file, terminal, pipe or socket, and waits for whoever does not read it: a pipe that
/// is full, a terminal that was halted. For that one thread can be ended: once `stop` is requested
/// it waits a second more, and then gives up for good. For one thread at a time.
class PatientWriter {
public:
    /// `fd` outlives it.
    PatientWriter(int fd, std::stop_token stop);

    /// All of it. Else what the system said, or operation_canceled when it was given up; some of it
    /// may have been written then.
    [[nodiscard]] std::error_code write(std::string_view text);

private:
    [[nodiscard]] ssize_t writeSome(std::string_view text) const;

    const int m_fd;
    const Descriptor m_again;  // The same for writes that do not block, where there is such a one.
    const bool m_isSocket;
    const std::stop_token m_stop;
    bool m_isGivenUp = false;
};

}  // namespace tidemark::cli
