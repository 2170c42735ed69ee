#pragma once

#include "core/storage/secrets.h"

#include <optional>
#include <stop_token>

namespace tidemark::storage {

/// Who is asked something and ends the program instead.
class LeavingPerson final : public Person {
public:
    std::stop_source stop;

    [[nodiscard]] std::optional<Secret> secret(const Message& /*question*/) override
    {
        stop.request_stop();
        return {};
    }
    [[nodiscard]] bool trusts(const HostKey& /*key*/, const std::stop_token& /*stop*/) override
    {
        return false;
    }
};

}  // namespace tidemark::storage
