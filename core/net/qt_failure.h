#pragma once

#include "core/base/error.h"

#include <QNetworkReply>
#include <QSslError>

#include <string>

namespace tidemark::net {

/// What an error names of an address: the rest may hold a signature.
[[nodiscard]] std::string hostOf(const QNetworkReply& reply);

[[nodiscard]] bool isTls(const QNetworkReply& reply);

/// Why Qt gives no answer to a request. `fault` is what is wrong with the certificate.
[[nodiscard]] Error whyBroken(const QNetworkReply& reply, const QSslError& fault);

}  // namespace tidemark::net
