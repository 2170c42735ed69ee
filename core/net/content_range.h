#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark::net {

/// What Content-Range tells of a part and of the whole (RFC 9110, 14.4).
struct ContentRange {
    struct Part {
        std::uint64_t first = 0;
        std::uint64_t last = 0;  ///< Belongs to it.

        bool operator==(const Part&) const = default;
    };
    std::optional<Part> part = {};  ///< Empty in an answer that has none: "bytes */123".
    std::uint64_t totalBytes = 0;

    bool operator==(const ContentRange&) const = default;
};

/// "bytes 0-9/123" or "bytes */123". Empty for every other text, also for one that does not know
/// the whole length.
[[nodiscard]] std::optional<ContentRange> parseContentRange(std::string_view text);

}  // namespace tidemark::net
