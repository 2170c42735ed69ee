#include "core/base/crc64.h"
#include "core/base/random.h"

#include <QTest>

#include <string_view>
#include <vector>

using namespace tidemark;

namespace {

std::vector<std::byte> noise(std::size_t size, std::uint64_t seed = 1)
{
    SeededRandom random(seed);
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random.next() & 0xff);
    }
    return bytes;
}

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

/// The definition, bit by bit.
std::uint64_t bitwise(std::span<const std::byte> bytes)
{
    std::uint64_t sum = ~std::uint64_t{0};
    for (const std::byte byte : bytes) {
        sum ^= std::to_integer<std::uint64_t>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xd800000000000000 : 0);
        }
    }
    return ~sum;
}

}  // namespace

class TestCrc64 : public QObject {
    Q_OBJECT

private slots:
    void knowsTheCheckValueOfTheField()
    {
        Crc64 sum;
        sum.update(bytesOf("123456789"));
        QCOMPARE(sum.value(), std::uint64_t{0xb90956c775a41001});
    }

    void nothingSumsToZero()
    {
        Crc64 sum;
        QCOMPARE(sum.value(), std::uint64_t{0});
        sum.update({});
        QCOMPARE(sum.value(), std::uint64_t{0});
    }

    void theTableFollowsTheDefinition()
    {
        const auto bytes = noise(300);
        for (std::size_t size = 0; size <= bytes.size(); ++size) {
            const auto part = std::span(bytes).first(size);
            QCOMPARE(crc64ByTable(0, part), bitwise(part));
        }
    }

    void bothWaysAgreeAtEveryAlignmentAndLength()
    {
        if (!crc64CanFold()) {
            QSKIP("This processor has no carry-less multiplication.");
        }
        const auto bytes = noise(1200);
        const std::uint64_t before = 0x0123456789abcdef;
        for (std::size_t at = 0; at < 64; ++at) {
            for (std::size_t size = 0; size <= 1024; ++size) {
                const auto part = std::span(bytes).subspan(at, size);
                QCOMPARE(crc64ByFolding(before, part), crc64ByTable(before, part));
            }
        }
    }

    void piecesSumLikeTheWhole()
    {
        const auto bytes = noise(5000);
        for (std::size_t piece = 1; piece < 700; piece += 13) {
            Crc64 sum;
            for (std::size_t at = 0; at < bytes.size(); at += piece) {
                sum.update(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
            }
            QCOMPARE(sum.value(), crc64ByTable(0, bytes));
        }
    }

    void sumsOfPartsCombine()
    {
        const auto bytes = noise(4096);
        const auto whole = crc64ByTable(0, bytes);
        for (std::size_t cut = 0; cut <= bytes.size(); cut += 31) {
            const auto front = crc64ByTable(0, std::span(bytes).first(cut));
            const auto back = crc64ByTable(0, std::span(bytes).subspan(cut));
            QCOMPARE(crc64Combine(front, back, bytes.size() - cut), whole);
        }
        QCOMPARE(crc64Combine(whole, 0, 0), whole);
        QCOMPARE(crc64Combine(0, whole, bytes.size()), whole);
    }

    void combiningKnowsLengthsBeyondFourGigabytes()
    {
        // Zeros: A, then 2^33 of them at once, equals A, then twice 2^32.
        std::uint64_t zeros = crc64ByTable(0, std::vector<std::byte>(1));
        for (int k = 0; k < 32; ++k) {
            zeros = crc64Combine(zeros, zeros, std::uint64_t{1} << k);
        }
        const auto twice = crc64Combine(zeros, zeros, std::uint64_t{1} << 32);
        const auto a = crc64ByTable(0, noise(10));
        const auto step = crc64Combine(a, zeros, std::uint64_t{1} << 32);
        QCOMPARE(crc64Combine(step, zeros, std::uint64_t{1} << 32),
                 crc64Combine(a, twice, std::uint64_t{1} << 33));
    }
};

QTEST_APPLESS_MAIN(TestCrc64)
#include "tst_crc64.moc"
