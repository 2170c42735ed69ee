#include "core/storage/ssh_wire.h"

#include "core/base/hash.h"

#include <cstddef>

namespace tidemark::storage {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kNumberBytes = 4;

std::string withoutPadding(std::string text)
{
    while (text.ends_with('=')) {
        text.pop_back();
    }
    return text;
}

}  // namespace

std::optional<std::string> fromBase64(std::string_view text)
{
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        text.remove_suffix(1);
    }
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char each : text) {
        const std::size_t digit = kBase64Digits.find(each);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xffU);
        }
    }
    // A digit alone is less than a byte.
    return count == 6 ? std::nullopt : std::optional(std::move(bytes));
}

std::string toBase64(std::string_view bytes)
{
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view three = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto byte = i < three.size() ? static_cast<unsigned char>(three[i]) : 0U;
            bits = bits << 8 | byte;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= three.size() ? kBase64Digits[bits >> (18 - 6 * i) & 0x3fU] : '=';
        }
    }
    return text;
}

std::string fingerprintOf(std::string_view key)
{
    const Sha256 hash = sha256(key);
    const std::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
    return "SHA256:" + withoutPadding(toBase64(bytes));
}

void putNumber(std::string& to, std::uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        to += static_cast<char>(number >> shift & 0xffU);
    }
}

void putString(std::string& to, std::string_view bytes)
{
    putNumber(to, static_cast<std::uint32_t>(bytes.size()));
    to += bytes;
}

std::optional<std::uint32_t> WireReader::number()
{
    if (m_bytes.size() < kNumberBytes) {
        return std::nullopt;
    }
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kNumberBytes; ++i) {
        number = number << 8 | static_cast<unsigned char>(m_bytes[i]);
    }
    m_bytes.remove_prefix(kNumberBytes);
    return number;
}

std::optional<std::string_view> WireReader::string()
{
    const auto size = number();
    if (!size || *size > m_bytes.size()) {
        return std::nullopt;
    }
    const std::string_view bytes = m_bytes.substr(0, *size);
    m_bytes.remove_prefix(*size);
    return bytes;
}

}  // namespace tidemark::storage
