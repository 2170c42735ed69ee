#include "core/ltx/expected_index.h"

#include "core/ltx/uvarint.h"

#include <xxhash.h>

#include <new>

namespace tidemark::ltx {

void ExpectedIndex::FreeState::operator()(XXH3_state_s* state) const
{
    XXH3_freeState(state);
}

ExpectedIndex::State ExpectedIndex::newState()
{
    State state(XXH3_createState());
    if (state == nullptr) {
        throw std::bad_alloc();
    }
    XXH3_64bits_reset(state.get());
    return state;
}

ExpectedIndex::ExpectedIndex() : m_expected(newState()), m_found(newState()) {}

ExpectedIndex::~ExpectedIndex() = default;

void ExpectedIndex::add(std::uint32_t pageNumber, std::uint64_t offset,
                        std::uint64_t frameSizeBytes)
{
    m_entry.clear();
    appendUvarint(m_entry, pageNumber);
    appendUvarint(m_entry, offset);
    appendUvarint(m_entry, frameSizeBytes);
    XXH3_64bits_update(m_expected.get(), m_entry.data(), m_entry.size());
    m_sizeBytes += m_entry.size();
}

void ExpectedIndex::end()
{
    constexpr std::byte kZero{0};
    XXH3_64bits_update(m_expected.get(), &kZero, 1);
    ++m_sizeBytes;
}

void ExpectedIndex::compare(std::span<const std::byte> found)
{
    XXH3_64bits_update(m_found.get(), found.data(), found.size());
}

bool ExpectedIndex::matches() const
{
    return XXH3_64bits_digest(m_expected.get()) == XXH3_64bits_digest(m_found.get());
}

}  // namespace tidemark::ltx
