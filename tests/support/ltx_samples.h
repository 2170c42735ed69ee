#pragma once

#include "core/base/memory_stream.h"
#include "core/base/random.h"
#include "core/ltx/encoder.h"
#include "core/ltx/page_stream.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// LTX files small enough to look at.
namespace tidemark::samples {

using Page = std::vector<std::byte>;
using Pages = std::map<std::uint32_t, Page>;

/// A page that compresses to about a half. The same seed gives the same page.
inline Page page(std::uint32_t sizeBytes, std::uint64_t seed)
{
    SeededRandom random(seed);
    Page bytes(sizeBytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = i % 128 < 64 ? static_cast<std::byte>(random.next() & 0xff) : std::byte{0x20};
    }
    return bytes;
}

/// Pages that stand for a table that was read. Gives batches of the size that is asked for.
class MemoryPages final : public ltx::PageSource {
public:
    MemoryPages(std::uint32_t pageSizeBytes, Pages pages)
        : m_pageSizeBytes(pageSizeBytes), m_pages(std::move(pages))
    {
    }

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        return std::unique_ptr<ltx::PageReader>(std::make_unique<Reader>(*this));
    }

private:
    class Reader final : public ltx::PageReader {
    public:
        explicit Reader(const MemoryPages& source) : m_source(source), m_at(source.m_pages.begin())
        {
        }

        [[nodiscard]] Result<bool> next(ltx::PageBatch& batch) override
        {
            batch.reset(m_source.m_pageSizeBytes);
            for (; m_at != m_source.m_pages.end() && batch.hasRoom(); ++m_at) {
                std::ranges::copy(m_at->second, batch.append(m_at->first).begin());
            }
            return !batch.empty();
        }

    private:
        const MemoryPages& m_source;
        Pages::const_iterator m_at;
    };

    std::uint32_t m_pageSizeBytes;
    Pages m_pages;
};

/// A header that no rule forbids: transaction 5 of a database of 100 pages.
inline ltx::Header header(std::uint32_t pageSizeBytes = 512)
{
    return {.pageSizeBytes = pageSizeBytes,
            .pageCountAfter = 100,
            .minTxId = {5},
            .maxTxId = {5},
            .createdAt = Timestamp(std::chrono::milliseconds(1'700'000'000'000)),
            .walOffsetBytes = 32,
            .nodeId = 0x0102030405060708};
}

/// The bytes of the file, by the Encoder.
inline std::string file(const ltx::Header& header, const Pages& pages)
{
    MemorySink sink(std::size_t{1} << 30);
    ltx::Encoder encoder(sink, header);
    for (const auto& [number, bytes] : pages) {
        if (!encoder.add(number, bytes).ok()) {
            std::abort();
        }
    }
    if (!encoder.finish().ok()) {
        std::abort();
    }
    return std::string(sink.bytes());
}

}  // namespace tidemark::samples
