#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct XXH3_state_s;

namespace tidemark::ltx {

/// The index that must follow the frames that a reader has seen, without keeping it: its length and
/// a hash of its bytes. There is one right way to write an index, so its bytes are known
/// beforehand.
class ExpectedIndex {
public:
    ExpectedIndex();
    ~ExpectedIndex();

    /// A frame was seen.
    void add(std::uint32_t pageNumber, std::uint64_t offset, std::uint64_t frameSizeBytes);

    /// No more frames: adds the zero behind the entries.
    void end();

    [[nodiscard]] std::uint64_t sizeBytes() const { return m_sizeBytes; }

    /// Takes the next bytes of the index that was found, sizeBytes() of them in all.
    void compare(std::span<const std::byte> found);

    /// Whether what was found is what was expected.
    [[nodiscard]] bool matches() const;

private:
    struct FreeState {
        void operator()(XXH3_state_s* state) const;
    };
    using State = std::unique_ptr<XXH3_state_s, FreeState>;

    static State newState();

    State m_expected;
    State m_found;
    std::uint64_t m_sizeBytes = 0;
    std::vector<std::byte> m_entry;  // Kept for its memory.
};

}  // namespace tidemark::ltx
