#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/sqlite/page_snapshot.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>

namespace tidemark::engine {

/// The pages of a snapshot, which pin the log until they were copied or somebody lets go of them:
/// whoever writes them into a replica may need hours, or hang there. Any thread may use it.
class HeldPages {
public:
    /// Each read() copies so much, where a copy was asked for: the replica that waits for what is
    /// read must not take that for a broken connection.
    static constexpr std::uint64_t kCopiedARead = std::uint64_t{64} << 20;

    explicit HeldPages(std::unique_ptr<sqlite::PageSnapshot> pages,
                       std::uint64_t copiedARead = kCopiedARead);

    [[nodiscard]] std::uint32_t pageCount() const { return m_pageCount; }
    [[nodiscard]] std::uint32_t pageSizeBytes() const { return m_pageSizeBytes; }
    [[nodiscard]] std::uint64_t sizeBytes() const
    {
        return std::uint64_t{m_pageCount} * m_pageSizeBytes;
    }

    /// As PageSnapshot::read(); Cancelled once it was let go of. Where a copy was asked for it
    /// blocks for a piece of that, too.
    [[nodiscard]] Status read(std::uint32_t firstPage, std::uint32_t count,
                              std::span<std::byte> into);

    /// Has those who read copy all into `file`, which is empty. Then the transaction ends, and
    /// pages are read from there. Where the file fails all stays as it is. Asked once; nothing is
    /// copied any more once it was let go of.
    void askForCopy(std::unique_ptr<File> file);
    [[nodiscard]] bool isCopyAsked() const { return m_isCopyAsked; }

    /// Ends the transaction. Waits for reads that run, which are short.
    void letGo();

    /// Whether it pins the log.
    [[nodiscard]] bool isHeld() const;

    /// Whether its pages can be read.
    [[nodiscard]] bool isKept() const;

private:
    void takeCopyTurn();
    [[nodiscard]] Status copyPiece();
    [[nodiscard]] Status readHeld(std::uint32_t firstPage, std::uint32_t count,
                                  std::span<std::byte> into) const;
    [[nodiscard]] std::size_t bytesOf(std::uint32_t pages) const
    {
        return std::size_t{pages} * m_pageSizeBytes;
    }

    mutable std::shared_mutex m_mutex;  // Guards what follows; shared by those who read.
    std::unique_ptr<sqlite::PageSnapshot> m_pages;
    std::unique_ptr<File> m_copy;  // Of all, in the place of the pages.

    std::mutex m_copying;  // Guards what follows; taken before the other one.
    std::unique_ptr<File> m_growing;
    std::uint32_t m_copied = 0;  // Pages.

    std::atomic<bool> m_isCopyAsked = false;
    std::uint64_t m_copiedARead = kCopiedARead;
    std::uint32_t m_pageCount = 0;
    std::uint32_t m_pageSizeBytes = 0;
};

}  // namespace tidemark::engine
