#include "core/storage/range_reader.h"

#include <algorithm>
#include <deque>
#include <future>
#include <optional>
#include <span>
#include <utility>

namespace tidemark::storage {
namespace {

/// What is asked for by its length comes at once up to here, and is held by whoever asked as well.
constexpr std::uint64_t kMaxPieceBytes = 8 << 20;
/// An open end: most objects are smaller than this.
constexpr std::uint64_t kFirstPieceBytes = 1 << 20;
constexpr std::uint64_t kPieceBytes = 4 << 20;
/// When others have taken all that may be held.
constexpr std::uint64_t kSparingPieceBytes = 128 << 10;
/// More pieces on their way help only where a way of a second leads to a server of 100 MB/s.
constexpr std::size_t kPiecesAhead = 3;

class RangeReader final : public ByteReader {
public:
    RangeReader(FetchPiece fetch, ReadAhead& ahead, const std::stop_token& stop)
        : m_fetch(std::move(fetch)),
          m_ahead(ahead),
          m_onStop(stop, [this] { m_stop.request_stop(); })
    {
    }

    ~RangeReader() override
    {
        m_stop.request_stop();
        while (!m_coming.empty()) {
            m_coming.front().piece.wait();
            giveBack(m_coming.front().heldBytes);
            m_coming.pop_front();
        }
        giveBack(m_heldBytes);
    }
    RangeReader(const RangeReader&) = delete;
    RangeReader& operator=(const RangeReader&) = delete;

    Status start(std::uint64_t offset, std::uint64_t length)
    {
        std::uint64_t wanted = length;
        if (length > kMaxPieceBytes) {
            m_heldBytes = m_ahead.take(kFirstPieceBytes) ? kFirstPieceBytes : 0;
            wanted = m_heldBytes > 0 ? kFirstPieceBytes : kSparingPieceBytes;
        }
        TIDEMARK_TRY(Piece first, m_fetch(offset, wanted, m_stop.get_token()));
        m_totalBytes = first.totalBytes;
        m_next = offset + first.bytes.size();
        m_end = offset >= m_totalBytes ? m_next : offset + std::min(length, m_totalBytes - offset);
        m_bytes = std::move(first.bytes);
        return m_bytes.size() < std::min(m_end - offset, wanted) ? Status(cutShort()) : Status();
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        if (m_failure) {
            // What comes behind the piece that failed is not what comes next.
            return *m_failure;
        }
        if (m_used == m_bytes.size()) {
            if (Status advanced = advance(); !advanced.ok()) {
                m_failure = advanced.error();
                return advanced.error();
            }
        } else if (m_isStreaming || m_used * 2 >= m_bytes.size()) {
            // Who reads only the start of an object wants nothing of what follows.
            askAhead();
        }
        const auto piece = std::span(m_bytes).subspan(m_used);
        const auto part = piece.first(std::min(piece.size(), into.size()));
        std::ranges::copy(part, into.begin());
        m_used += part.size();
        return part.size();
    }

private:
    struct Coming {
        std::future<Result<Piece>> piece;
        std::uint64_t bytes = 0;
        std::uint64_t heldBytes = 0;  ///< Of what may be held.
    };

    static Error cutShort()
    {
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("storage", "An object became shorter while it was read.")},
                .next = {TIDEMARK_TEXT("storage",
                                       "Look whether something else changes this replica, "
                                       "and try again.")}};
    }

    void giveBack(std::uint64_t bytes) { m_ahead.give(bytes); }

    void ask(std::uint64_t bytes, std::uint64_t heldBytes)
    {
        m_coming.push_back({.piece = std::async(std::launch::async,
                                                [this, offset = m_next, bytes] {
                                                    return m_fetch(offset, bytes,
                                                                   m_stop.get_token());
                                                }),
                            .bytes = bytes,
                            .heldBytes = heldBytes});
        m_next += bytes;
    }

    void askAhead()
    {
        while (m_coming.size() < kPiecesAhead && m_next < m_end) {
            const std::uint64_t bytes = std::min(kPieceBytes, m_end - m_next);
            if (!m_ahead.take(bytes)) {
                return;
            }
            ask(bytes, bytes);
        }
    }

    Status advance()
    {
        m_bytes = {};
        m_used = 0;
        giveBack(std::exchange(m_heldBytes, 0));
        m_isStreaming = true;
        askAhead();
        if (m_coming.empty()) {
            if (m_next >= m_end) {
                return {};
            }
            ask(std::min(kSparingPieceBytes, m_end - m_next), 0);
        }
        Coming coming = std::move(m_coming.front());
        m_coming.pop_front();
        auto piece = coming.piece.get();
        m_heldBytes = coming.heldBytes;
        if (!piece.ok()) {
            return std::move(piece).error();
        }
        if (piece.value().bytes.size() != coming.bytes ||
            piece.value().totalBytes != m_totalBytes) {
            return cutShort();
        }
        m_bytes = std::move(piece).value().bytes;
        return {};
    }

    FetchPiece m_fetch;
    ReadAhead& m_ahead;
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_onStop;
    std::vector<std::byte> m_bytes;  // The piece that is being read.
    std::size_t m_used = 0;          // Of it.
    std::uint64_t m_heldBytes = 0;   // For it, of what all readers may hold.
    std::optional<Error> m_failure;  // Of a piece: there is no going on from there.
    bool m_isStreaming = false;      // A second piece was asked for.
    std::uint64_t m_totalBytes = 0;
    std::uint64_t m_next = 0;  // What nobody was asked for yet.
    std::uint64_t m_end = 0;
    std::deque<Coming> m_coming;
};

}  // namespace

Result<std::unique_ptr<ByteReader>> readByRanges(FetchPiece fetch, ReadAhead& ahead,
                                                 std::uint64_t offset, std::uint64_t length,
                                                 const std::stop_token& stop)
{
    auto reader = std::make_unique<RangeReader>(std::move(fetch), ahead, stop);
    TIDEMARK_TRY_STATUS(reader->start(offset, length));
    return std::unique_ptr<ByteReader>(std::move(reader));
}

}  // namespace tidemark::storage
