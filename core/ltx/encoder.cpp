#include "core/ltx/encoder.h"

#include "core/ltx/file_tail.h"
#include "core/ltx/page_frame.h"
#include "core/ltx/page_order.h"

#include <cassert>

namespace tidemark::ltx {
namespace {

/// A sink is a file or a socket: it gets few large pieces.
constexpr std::size_t kFlushBytes = std::size_t{256} << 10;

}  // namespace

Encoder::Encoder(ByteSink& sink, const Header& header)
    : m_sink(sink),
      m_pageSizeBytes(header.pageSizeBytes),
      m_order(std::make_unique<PageOrder>(header)),
      m_tail(std::make_unique<FileTail>(header))
{
    assert(!header.hasDatabaseChecksums);
    const HeaderBytes bytes = encodeHeader(header);
    m_pending.assign(bytes.begin(), bytes.end());
}

Encoder::~Encoder() = default;

Status Encoder::add(std::uint32_t pageNumber, std::span<const std::byte> page)
{
    assert(page.size() == m_pageSizeBytes);
    [[maybe_unused]] const Status inOrder = m_order->next(pageNumber);
    assert(inOrder.ok());

    const std::size_t size = encodeFrame(pageNumber, page, m_pending);
    const auto frame = std::span<const std::byte>(m_pending).last(size);
    m_coveredBytes += coverFrame(m_sum, frame, page);
    m_tail->addFrame(pageNumber, size);
    return m_pending.size() >= kFlushBytes ? flush() : Status{};
}

Result<EncodedFacts> Encoder::finish()
{
    assert(m_order->end().ok());
    TIDEMARK_TRY_STATUS(flush());
    m_tail->cover(m_sum.value(), m_coveredBytes);
    while (m_tail->next(m_pending)) {
        TIDEMARK_TRY_STATUS(flush());
    }
    return *m_tail->facts();
}

Status Encoder::flush()
{
    Status written = m_sink.write(m_pending);
    m_pending.clear();
    return written;
}

}  // namespace tidemark::ltx
