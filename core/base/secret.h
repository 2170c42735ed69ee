#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tidemark {

/// A password, a key, a token. It is shown by reveal() alone, so that whoever reads the code sees
/// each place where it is taken out, and none can slip into a message. What held it is overwritten.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : m_text(std::move(text)) {}

    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : m_text(std::move(other.m_text)) { other.wipe(); }
    Secret& operator=(Secret other) noexcept
    {
        m_text.swap(other.m_text);
        return *this;
    }
    ~Secret() { wipe(); }

    [[nodiscard]] bool empty() const noexcept { return m_text.empty(); }

    /// Only for the call that needs it.
    [[nodiscard]] const std::string& reveal() const noexcept { return m_text; }

    bool operator==(const Secret&) const = default;

private:
    void wipe() noexcept
    {
        // volatile: the writes are the purpose, though nobody reads what they wrote.
        volatile char* const bytes = m_text.data();
        for (std::size_t i = 0; i < m_text.size(); ++i) {
            bytes[i] = 0;
        }
        m_text.clear();
    }

    std::string m_text;
};

}  // namespace tidemark
