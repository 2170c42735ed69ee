#include "core/base/crc64.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tidemark {
namespace {

// A sum is a polynomial over GF(2) modulo P, written with the highest power in the lowest bit.
// So x^0 is the top bit, and multiplying by x is a shift to the right.
using Polynomial = std::uint64_t;
constexpr Polynomial kP = 0xd800000000000000;
constexpr Polynomial kOne = Polynomial{1} << 63;

constexpr Polynomial timesX(Polynomial a)
{
    return (a >> 1) ^ ((a & 1) != 0 ? kP : 0);
}

constexpr Polynomial times(Polynomial a, Polynomial b)
{
    Polynomial product = 0;
    for (Polynomial bit = kOne; bit != 0; bit >>= 1) {
        product ^= (a & bit) != 0 ? b : 0;
        b = timesX(b);
    }
    return product;
}

constexpr Polynomial xToThe(int exponent)
{
    Polynomial power = kOne;
    for (int i = 0; i < exponent; ++i) {
        power = timesX(power);
    }
    return power;
}

/// Slicing by 8: table[k][b] is the byte b with k zero bytes behind it.
using Tables = std::array<std::array<Polynomial, 256>, 8>;

constexpr Tables makeTables()
{
    Tables tables{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        Polynomial sum = byte;
        for (int bit = 0; bit < 8; ++bit) {
            sum = timesX(sum);
        }
        tables[0][byte] = sum;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const Polynomial before = tables[k - 1][byte];
            tables[k][byte] = tables[0][before & 0xff] ^ (before >> 8);
        }
    }
    return tables;
}

constexpr Tables kTables = makeTables();

std::uint64_t loadLittleEndian(const std::byte* from)
{
    std::uint64_t value = 0;
    std::memcpy(&value, from, sizeof(value));
    if constexpr (std::endian::native == std::endian::big) {
        value = __builtin_bswap64(value);
    }
    return value;
}

/// Without the inversion at both ends.
Polynomial rawByTable(Polynomial sum, std::span<const std::byte> bytes)
{
    while (bytes.size() >= 8) {
        sum ^= loadLittleEndian(bytes.data());
        Polynomial next = 0;
        for (std::size_t k = 0; k < 8; ++k) {
            next ^= kTables[7 - k][(sum >> (8 * k)) & 0xff];
        }
        sum = next;
        bytes = bytes.subspan(8);
    }
    for (const std::byte byte : bytes) {
        sum = kTables[0][(sum ^ std::to_integer<Polynomial>(byte)) & 0xff] ^ (sum >> 8);
    }
    return sum;
}

#if defined(__x86_64__)

/// The factors that carry a 128-bit remainder over `Bits` more bits of input. A carry-less product
/// of two numbers in this bit order comes out one power too high, hence the odd exponents.
template <int Bits>
struct Fold {
    static constexpr Polynomial kLow = xToThe(Bits + 63);  // The low half stands 64 powers higher.
    static constexpr Polynomial kHigh = xToThe(Bits - 1);
};

template <int Bits>
__attribute__((target("pclmul,sse4.1"))) inline __m128i fold(__m128i remainder, __m128i next)
{
    const __m128i factors = _mm_set_epi64x(static_cast<long long>(Fold<Bits>::kHigh),
                                           static_cast<long long>(Fold<Bits>::kLow));
    const __m128i low = _mm_clmulepi64_si128(remainder, factors, 0x00);
    const __m128i high = _mm_clmulepi64_si128(remainder, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

__attribute__((target("pclmul,sse4.1"))) inline __m128i load(const std::byte* from)
{
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// Four remainders side by side hide the latency of the multiplication.
__attribute__((target("pclmul,sse4.1"))) Polynomial rawByFolding(Polynomial sum,
                                                                 std::span<const std::byte> bytes)
{
    constexpr std::size_t kStride = 64;
    if (bytes.size() < kStride) {
        return rawByTable(sum, bytes);
    }
    const std::byte* at = bytes.data();
    __m128i a = _mm_xor_si128(load(at), _mm_cvtsi64_si128(static_cast<long long>(sum)));
    __m128i b = load(at + 16);
    __m128i c = load(at + 32);
    __m128i d = load(at + 48);
    std::size_t left = bytes.size() - kStride;
    for (at += kStride; left >= kStride; at += kStride, left -= kStride) {
        a = fold<512>(a, load(at));
        b = fold<512>(b, load(at + 16));
        c = fold<512>(c, load(at + 32));
        d = fold<512>(d, load(at + 48));
    }
    __m128i remainder = fold<128>(fold<128>(fold<128>(a, b), c), d);
    for (; left >= 16; at += 16, left -= 16) {
        remainder = fold<128>(remainder, load(at));
    }
    std::array<std::byte, 16> last{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(last.data()), remainder);
    return rawByTable(rawByTable(0, last), {at, left});
}

#else

Polynomial rawByFolding(Polynomial sum, std::span<const std::byte> bytes)
{
    return rawByTable(sum, bytes);
}

#endif

/// x^(8 * 2^k) for each k, to multiply by x^(8 * length).
constexpr std::array<Polynomial, 64> makePowers()
{
    std::array<Polynomial, 64> powers{};
    powers[0] = xToThe(8);
    for (std::size_t k = 1; k < powers.size(); ++k) {
        powers[k] = times(powers[k - 1], powers[k - 1]);
    }
    return powers;
}

constexpr auto kPowers = makePowers();

}  // namespace

bool crc64CanFold()
{
#if defined(__x86_64__)
    static const bool can =
        __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
    return can;
#else
    return false;
#endif
}

std::uint64_t crc64ByTable(std::uint64_t sum, std::span<const std::byte> bytes)
{
    return ~rawByTable(~sum, bytes);
}

std::uint64_t crc64ByFolding(std::uint64_t sum, std::span<const std::byte> bytes)
{
    assert(crc64CanFold());
    return ~rawByFolding(~sum, bytes);
}

void Crc64::update(std::span<const std::byte> bytes)
{
    m_value = crc64CanFold() ? crc64ByFolding(m_value, bytes) : crc64ByTable(m_value, bytes);
}

std::uint64_t crc64Combine(std::uint64_t sumOfA, std::uint64_t sumOfB, std::uint64_t lengthOfB)
{
    for (std::size_t k = 0; lengthOfB != 0; ++k, lengthOfB >>= 1) {
        if ((lengthOfB & 1) != 0) {
            sumOfA = times(sumOfA, kPowers[k]);
        }
    }
    return sumOfA ^ sumOfB;
}

}  // namespace tidemark
