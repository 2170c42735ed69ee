#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tidemark {

/// Archives byte by byte, right ones and such as no program writes. APPNOTE.TXT 4.3.
struct RawZip {
    struct Entry {
        std::string name = {};
        std::string packed = {};            ///< As it lies in the archive.
        std::optional<std::uint64_t> size;  ///< Of what it unpacks to; else packed's.
        std::optional<std::uint32_t> crc;   ///< Else that of packed.
        std::uint16_t method = 0;
        std::uint16_t flags = 0;
        std::uint32_t attributes = 0;
        std::string extra = {};
        std::uint32_t dosTime = 0x0021'0000;
        std::optional<std::string> localName;     ///< Where the local header says another one.
        std::optional<std::uint32_t> localSize;   ///< The same.
        std::optional<std::uint32_t> offset;      ///< Where the directory says another one.
        std::optional<std::uint32_t> packedSize;  ///< The same.
    };

    std::string before = {};
    std::vector<Entry> entries = {};
    std::string behind = {};
    std::optional<std::uint16_t> count;  ///< Where the end says another one.

    static std::string number(std::uint64_t value, int bytes)
    {
        std::string text;
        for (int i = 0; i < bytes; ++i) {
            text.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
        }
        return text;
    }

    static std::uint32_t crcOf(const std::string& bytes)
    {
        return static_cast<std::uint32_t>(
            crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
    }

    /// What deflate makes of it.
    static std::string deflated(const std::string& bytes)
    {
        z_stream stream{};
        deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
        std::string out(deflateBound(&stream, bytes.size()), '\0');
        std::string in = bytes;
        stream.next_in = reinterpret_cast<Bytef*>(in.data());
        stream.avail_in = static_cast<uInt>(in.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        deflate(&stream, Z_FINISH);
        out.resize(stream.total_out);
        deflateEnd(&stream);
        return out;
    }

    static Entry deflatedEntry(const std::string& name, const std::string& bytes)
    {
        return {.name = name,
                .packed = deflated(bytes),
                .size = bytes.size(),
                .crc = crcOf(bytes),
                .method = 8};
    }

    [[nodiscard]] std::string bytes() const
    {
        std::string all = before;
        std::string directory;
        for (const Entry& each : entries) {
            const std::uint64_t size = each.size.value_or(each.packed.size());
            const std::string middle = number(each.flags, 2) + number(each.method, 2) +
                                       number(each.dosTime, 4) +
                                       number(each.crc.value_or(crcOf(each.packed)), 4);
            const std::string local = each.localName.value_or(each.name);
            directory += number(0x02014b50, 4) + number(0x0314, 2) + number(20, 2) + middle +
                         number(each.packedSize.value_or(each.packed.size()), 4) + number(size, 4) +
                         number(each.name.size(), 2) + number(each.extra.size(), 2) + number(0, 6) +
                         number(each.attributes, 4) + number(each.offset.value_or(all.size()), 4) +
                         each.name + each.extra;
            all += number(0x04034b50, 4) + number(20, 2) + middle + number(each.packed.size(), 4) +
                   number(each.localSize.value_or(size), 4) + number(local.size(), 2) +
                   number(0, 2) + local + each.packed;
        }
        const std::uint64_t number16 = count.value_or(entries.size());
        return all + directory + number(0x06054b50, 4) + number(0, 4) + number(number16, 2) +
               number(number16, 2) + number(directory.size(), 4) +
               number(all.size() - before.size(), 4) + number(0, 2) + behind;
    }
};

}  // namespace tidemark
