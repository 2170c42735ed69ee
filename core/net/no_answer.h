#pragma once

#include "core/base/error.h"

#include <string>

/// What people are told where no answer came over HTTP. Each is Unavailable. `host` is all that an
/// error names of an address: the rest may hold a signature.
namespace tidemark::net {

[[nodiscard]] Error unavailable(
    Message what,
    Message next = {TIDEMARK_TEXT("net", "Check the network and the address, then try again.")});

/// A name that no name server knows.
[[nodiscard]] Error noSuchHost(const std::string& host);
[[nodiscard]] bool isNoSuchHost(const Error& error);

/// Within the time that a connection may take.
[[nodiscard]] Error noAnswerInTime(const std::string& host, bool isTls);

[[nodiscard]] Error brokeOff(const std::string& host, bool isTls);

/// It stopped to take what was sent.
[[nodiscard]] Error tookAPart(const std::string& host);

/// It ended its answer by closing the connection, and never said how long it is.
[[nodiscard]] Error toldNoLength(const std::string& host);

/// No certificate was seen: it has no TLS, or none that this computer speaks.
[[nodiscard]] Error speaksOtherTls(const std::string& host, const std::string& why);

/// `why` is the fault of the certificate; `isOtherName`: it is good, but for another host.
[[nodiscard]] Error cannotProve(const std::string& host, const std::string& why, bool isOtherName);

/// `proxy` is "host:port", or empty where it is not known.
[[nodiscard]] Error proxyIsSilent(const std::string& host, const std::string& proxy);

/// What Qt says of a proxy that let nothing pass.
[[nodiscard]] Error noWayThrough(const std::string& host, const std::string& proxy,
                                 const std::string& why);

}  // namespace tidemark::net
