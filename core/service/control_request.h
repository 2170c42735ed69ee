#pragma once

#include "core/base/error.h"
#include "core/base/result.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::service {

/// The version of what goes over the control socket.
inline constexpr int kControlVersion = 1;

/// Longer lines are refused: two paths of the longest kind fit, however they are written.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} * 1024;

/// What a client asks over the control socket, as one line:
/// {"version":1,"command":"snapshot","arguments":{"database":"/srv/a.db"}}. Arguments are texts; a
/// command without any needs no such field.
struct ControlRequest {
    std::string command = {};
    std::map<std::string, std::string> arguments = {};

    bool operator==(const ControlRequest&) const = default;
};

/// The line, without its end.
[[nodiscard]] std::string formatRequest(const ControlRequest& request);

/// Unsupported when it is of another version; Usage when it is not exactly what is written above.
[[nodiscard]] Result<ControlRequest> parseRequest(std::string_view line);

/// The line that answers a request that failed: {"version":1,"error":"usage","message":"..."}.
[[nodiscard]] std::string errorLine(const Error& error);

/// The failure that a line of an answer tells; empty when it tells something else.
[[nodiscard]] std::optional<Error> errorOfLine(std::string_view line);

}  // namespace tidemark::service
