#include "core/engine/held_pages.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

namespace tidemark::engine {
namespace {

constexpr std::uint32_t kBufferBytes = std::uint32_t{1} << 20;

}  // namespace

HeldPages::HeldPages(std::unique_ptr<sqlite::PageSnapshot> pages, std::uint64_t copiedARead)
    : m_pages(std::move(pages)),
      m_copiedARead(copiedARead),
      m_pageCount(m_pages->pageCount()),
      m_pageSizeBytes(m_pages->pageSizeBytes())
{
}

Status HeldPages::read(std::uint32_t firstPage, std::uint32_t count, std::span<std::byte> into)
{
    takeCopyTurn();
    const std::shared_lock lock(m_mutex);
    return readHeld(firstPage, count, into);
}

/// With m_mutex held.
Status HeldPages::readHeld(std::uint32_t firstPage, std::uint32_t count,
                           std::span<std::byte> into) const
{
    if (m_pages) {
        return m_pages->read(firstPage, count, into);
    }
    if (!m_copy) {
        return cancelled();
    }
    TIDEMARK_TRY(const std::size_t got, m_copy->readAt(into, bytesOf(firstPage - 1)));
    if (got != into.size()) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("engine", "A copy of the database ended early.")}};
    }
    return {};
}

void HeldPages::askForCopy(std::unique_ptr<File> file)
{
    const std::scoped_lock lock(m_copying);
    assert(!m_isCopyAsked);
    m_isCopyAsked = true;
    m_growing = isHeld() ? std::move(file) : nullptr;
}

/// By one of those who read; the others go on meanwhile.
void HeldPages::takeCopyTurn()
{
    const std::unique_lock turn(m_copying, std::try_to_lock);
    if (!turn.owns_lock() || !m_growing) {
        return;
    }
    if (!copyPiece().ok()) {
        m_growing.reset();
        return;
    }
    if (m_copied == m_pageCount) {
        const std::unique_lock lock(m_mutex);
        m_copy = m_pages ? std::move(m_growing) : nullptr;
        m_pages.reset();
        m_growing.reset();
    }
}

/// With m_copying held.
Status HeldPages::copyPiece()
{
    const std::uint32_t perRead = std::max<std::uint32_t>(1, kBufferBytes / m_pageSizeBytes);
    std::vector<std::byte> buffer(bytesOf(perRead));
    for (std::uint64_t done = 0; done < m_copiedARead && m_copied < m_pageCount;) {
        const std::uint32_t count = std::min(perRead, m_pageCount - m_copied);
        const auto bytes = std::span(buffer).first(bytesOf(count));
        {
            // For a moment: who lets go must not wait for more.
            const std::shared_lock lock(m_mutex);
            TIDEMARK_TRY_STATUS(readHeld(m_copied + 1, count, bytes));
        }
        TIDEMARK_TRY_STATUS(m_growing->writeAt(bytes, bytesOf(m_copied)));
        m_copied += count;
        done += bytes.size();
    }
    return {};
}

void HeldPages::letGo()
{
    {
        const std::unique_lock lock(m_mutex);
        m_pages.reset();
        m_copy.reset();
    }
    // Whoever copies just now finds nothing to read, and lets go of it himself.
    if (const std::unique_lock turn(m_copying, std::try_to_lock); turn.owns_lock()) {
        m_growing.reset();
    }
}

bool HeldPages::isKept() const
{
    const std::shared_lock lock(m_mutex);
    return m_pages || m_copy;
}

bool HeldPages::isHeld() const
{
    const std::shared_lock lock(m_mutex);
    return m_pages != nullptr;
}

}  // namespace tidemark::engine
