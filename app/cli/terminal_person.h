#pragma once

#include "app/cli/output.h"
#include "core/storage/secrets.h"

#include <cstdio>
#include <mutex>

namespace tidemark::cli {

/// The person at the terminal that this program was started from; nobody when input or the other
/// stream is no terminal. Answers are read from standard input, and no secret is shown meanwhile.
class TerminalPerson final : public storage::Person {
public:
    explicit TerminalPerson(Output& output) : m_output(output) {}

    [[nodiscard]] std::optional<Secret> secret(const Message& question) override;
    [[nodiscard]] bool trusts(const storage::HostKey& key) override;

private:
    Output& m_output;
    std::mutex m_mutex;  // One question at a time.
};

}  // namespace tidemark::cli
