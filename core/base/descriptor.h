#pragma once

#include <unistd.h>

#include <utility>

namespace tidemark {

/// Owns a file descriptor; closes it when it goes.
class Descriptor {
public:
    /// `number` is what the system gave: negative when the call failed.
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(Descriptor&& other) noexcept : m_number(other.release()) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (m_number >= 0) {
            ::close(m_number);
        }
    }

    [[nodiscard]] bool valid() const { return m_number >= 0; }
    [[nodiscard]] int number() const { return m_number; }

    /// It is the caller's to close from now on.
    [[nodiscard]] int release() { return std::exchange(m_number, -1); }

private:
    int m_number = -1;
};

}  // namespace tidemark
