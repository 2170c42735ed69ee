// Makes a long history of a database:  make_history DATABASE REPLICA MOMENTS
// DATABASE is closed and wholly in its file. REPLICA, an empty folder, gets as many transactions of
// one page each, a second apart, the last one a minute ago, and what is merged of them. All are
// valid; the last state is that of the file.
#include "core/ltx/encoder.h"
#include "core/ltx/state_digest.h"
#include "core/replica/layout.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using namespace tidemark;

/// Of each level, how many transactions an object of it covers: seconds of its window.
constexpr std::uint64_t kCovered[] = {1, 30, 300, 3600};
constexpr std::size_t kPageSizeOffset = 16;

class Bytes final : public ByteSink {
public:
    Status write(std::span<const std::byte> bytes) override
    {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    std::string text = {};
};

/// Two states that take turns; they differ in the last page.
class History {
public:
    History(std::string file, std::filesystem::path replica, std::uint64_t moments)
        : m_file(std::move(file)), m_replica(std::move(replica)), m_moments(moments)
    {
        const auto byte = [this](std::size_t at) {
            return static_cast<std::uint32_t>(static_cast<unsigned char>(m_file[at]));
        };
        const std::uint32_t size = byte(kPageSizeOffset) << 8U | byte(kPageSizeOffset + 1);
        m_pageSize = size == 1 ? 65536 : size;
        m_pages = static_cast<std::uint32_t>(m_file.size() / m_pageSize);
        m_other = std::string(page(m_pages));
        std::ranges::reverse(m_other);
        for (std::uint32_t number = 1; number < m_pages; ++number) {
            m_rest += ltx::pageHash(number, std::as_bytes(std::span(page(number))));
        }
    }

    /// False when a file could not be written.
    bool write()
    {
        for (int level = 0; level < static_cast<int>(std::size(kCovered)); ++level) {
            std::filesystem::create_directories(m_replica / "ltx" / std::to_string(level));
            // A window that is not over is not merged.
            for (std::uint64_t first = 1; first + kCovered[level] - 1 <= m_moments;
                 first += kCovered[level]) {
                if (!writeOne(level, {{first}, {first + kCovered[level] - 1}})) {
                    return false;
                }
            }
        }
        return true;
    }

private:
    std::string_view page(std::uint32_t number) const
    {
        return std::string_view(m_file).substr(std::size_t{number - 1} * m_pageSize, m_pageSize);
    }
    std::string_view lastPageAt(std::uint64_t txId) const
    {
        return (m_moments - txId) % 2 == 0 ? page(m_pages) : std::string_view(m_other);
    }
    std::uint64_t digestAt(std::uint64_t txId) const
    {
        if (txId == 0) {
            return 0;
        }
        return m_rest + ltx::pageHash(m_pages, std::as_bytes(std::span(lastPageAt(txId))));
    }

    bool writeOne(int level, ltx::TxRange range) const
    {
        const Timestamp end = std::chrono::floor<std::chrono::milliseconds>(m_now) - 1min;
        ltx::Header header{.pageSizeBytes = m_pageSize,
                           .pageCountAfter = m_pages,
                           .minTxId = range.minTxId,
                           .maxTxId = range.maxTxId,
                           .createdAt = end - std::chrono::seconds(m_moments - range.maxTxId.value),
                           .walOffsetBytes = level == 0 ? ltx::kNoWalOffset : 0};
        ltx::setDigests(header, {.before = digestAt(range.minTxId.value - 1),
                                 .after = digestAt(range.maxTxId.value)});
        Bytes bytes;
        ltx::Encoder encoder(bytes, header);
        bool isDone = true;
        for (std::uint32_t number = header.isComplete() ? 1 : m_pages; number <= m_pages;
             ++number) {
            const std::string_view content =
                number < m_pages ? page(number) : lastPageAt(range.maxTxId.value);
            isDone = encoder.add(number, std::as_bytes(std::span(content))).ok() && isDone;
        }
        isDone = encoder.finish().ok() && isDone;
        std::ofstream out(m_replica / replica::objectName({.level = level, .range = range}),
                          std::ios::binary);
        out << bytes.text;
        out.close();
        return isDone && !out.fail();
    }

    std::string m_file;
    std::filesystem::path m_replica;
    std::uint64_t m_moments;
    std::chrono::system_clock::time_point m_now = std::chrono::system_clock::now();
    std::uint32_t m_pageSize = 0;
    std::uint32_t m_pages = 0;
    std::string m_other = {};
    std::uint64_t m_rest = 0;  // The hashes of all pages but the last.
};

std::string contentOf(const char* path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int count, char** words)
{
    std::uint64_t moments = 0;
    if (count == 4) {
        const std::string_view number = words[3];
        std::from_chars(number.data(), number.data() + number.size(), moments);
    }
    if (moments == 0) {
        std::fputs("Usage: make_history DATABASE REPLICA MOMENTS\n", stderr);
        return 2;
    }
    std::string file = contentOf(words[1]);
    if (!file.starts_with("SQLite format 3")) {
        std::fprintf(stderr, "%s: not a database\n", words[1]);
        return 1;
    }
    if (!History(std::move(file), words[2], moments).write()) {
        std::fprintf(stderr, "%s: cannot be written\n", words[2]);
        return 1;
    }
    return 0;
}
