#pragma once

#include "app/cli/output.h"
#include "core/storage/secrets.h"

#include <cstdio>
#include <mutex>
#include <stop_token>
#include <utility>

namespace tidemark::cli {

/// The person at the terminal that this program was started from; nobody when input or the other
/// stream is no terminal, or this program runs behind another one. Answers are read from standard
/// input, and no secret is shown meanwhile; a stop request ends the question, which nobody answered
/// then.
class TerminalPerson final : public storage::Person {
public:
    TerminalPerson(Output& output, std::stop_token stop) : m_output(output), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] std::optional<Secret> secret(const Message& question) override;
    [[nodiscard]] bool trusts(const storage::HostKey& key, const std::stop_token& stop) override;

private:
    Output& m_output;
    std::stop_token m_stop;
    std::mutex m_mutex;  // One question at a time.
};

}  // namespace tidemark::cli
