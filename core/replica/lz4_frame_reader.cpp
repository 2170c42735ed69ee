#include "core/replica/lz4_frame_reader.h"

#include <lz4frame.h>

namespace tidemark::replica {
namespace {

Error damaged()
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("replica", "The LZ4 data are damaged or cut short.")},
            .next = {TIDEMARK_TEXT("replica", "Restore another moment.")}};
}

}  // namespace

struct Lz4FrameReader::Context {
    Context() { LZ4F_createDecompressionContext(&decoder, LZ4F_VERSION); }
    ~Context() { LZ4F_freeDecompressionContext(decoder); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    LZ4F_dctx* decoder = nullptr;
};

Lz4FrameReader::Lz4FrameReader(std::unique_ptr<ByteReader> compressed)
    : m_compressed(std::move(compressed)),
      m_context(std::make_unique<Context>()),
      m_buffer(kPieceBytes)
{
}

Lz4FrameReader::~Lz4FrameReader() = default;

Result<std::size_t> Lz4FrameReader::read(std::span<std::byte> into)
{
    if (m_context->decoder == nullptr) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("replica", "There is no memory to decompress.")}};
    }
    for (;;) {
        if (m_input.empty() && !m_mayHold) {
            TIDEMARK_TRY(const std::size_t got, m_compressed->read(m_buffer));
            if (got == 0) {
                return m_inFrame ? Result<std::size_t>(damaged()) : std::size_t{0};
            }
            m_input = std::span(m_buffer).first(got);
        }
        std::size_t taken = m_input.size();
        std::size_t given = into.size();
        const std::size_t hint = LZ4F_decompress(m_context->decoder, into.data(), &given,
                                                 m_input.data(), &taken, nullptr);
        if (LZ4F_isError(hint) != 0) {
            return damaged();
        }
        m_input = m_input.subspan(taken);
        // Between frames a call without input says how much a next frame's header needs.
        if (hint == 0 || taken > 0 || given > 0) {
            m_inFrame = hint != 0;
        }
        m_mayHold = m_inFrame && given == into.size();
        if (given > 0) {
            return given;
        }
    }
}

}  // namespace tidemark::replica
