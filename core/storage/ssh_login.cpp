#include "core/storage/ssh_login.h"

#include "core/storage/ssh_agent.h"
#include "core/storage/ssh_key_file.h"
#include "core/storage/ssh_ways.h"
#include "core/storage/ssh_wire.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace tidemark::storage {
namespace {

// OpenSSH ends the connection at the sixth refusal. One is left for the password.
constexpr int kMaxKeys = 5;
constexpr int kMaxAgentKeys = 3;

// A server that hangs up after so many most likely had enough of them.
constexpr int kManyKeys = 3;

constexpr std::string_view kRsa = "ssh-rsa";

// libssh2 signs RSA keys with SHA-2 from this version on.
constexpr int kRsaSha2Version = 0x010b00;

constexpr std::array kUsualKeys{"id_ed25519", "id_ecdsa", "id_rsa"};

std::string_view algorithmOf(const std::string& key)
{
    return WireReader(key).string().value_or(std::string_view());
}

bool contains(std::string_view list, std::string_view word)
{
    return (',' + std::string(list) + ',').find(',' + std::string(word) + ',') != std::string::npos;
}

/// What a server wants to know, as far as it may be shown.
std::string shownPrompt(std::string_view prompt)
{
    constexpr std::size_t kShownLetters = 100;
    std::string text(prompt.substr(0, kShownLetters));
    std::erase_if(text, [](char each) { return static_cast<unsigned char>(each) < ' '; });
    return text;
}

}  // namespace

/// One login. Each way gives whether the server let us in; a failure ends them all.
class SshLogin::Attempt {
public:
    Attempt(SshLogin& login, SshConnection& connection, const std::stop_token& stop)
        : m_login(login), m_parts(login.m_parts), m_connection(connection), m_stop(stop)
    {
    }

    Status run()
    {
        TIDEMARK_TRY(m_offered, offeredWays(m_connection, m_parts.user, m_stop));
        if (m_offered.empty()) {
            return {};  // Let in by the question alone.
        }
        for (std::string before; m_offered != before;) {
            TIDEMARK_TRY(const bool isIn, tryAll());
            if (isIn) {
                return {};
            }
            // A server that wants two ways offers the second one when the first is done.
            before = m_offered;
            auto offered = offeredWays(m_connection, m_parts.user, m_stop);
            if (!offered.ok() && !mayBeTired(offered.error())) {
                return std::move(offered).error();
            }
            m_offered = offered.ok() ? std::move(offered).value() : before;
        }
        return refused();
    }

private:
    /// Whether a failure is no more than the answer of a server that had enough of us.
    [[nodiscard]] bool mayBeTired(const Error& error) const
    {
        return error.code == ErrorCode::Credentials ||
               (error.code == ErrorCode::Unavailable && m_keysTried >= kManyKeys);
    }

    /// What is offered, each way once.
    Result<bool> tryAll()
    {
        using Way = Result<bool> (Attempt::*)();
        struct Row {
            std::string_view name;
            std::string_view offered;
            Way way;
        };
        static constexpr std::array<Row, 4> kWays{
            {{"agent", "publickey", &Attempt::agent},
             {"files", "publickey", &Attempt::keyFiles},
             {"password", "password", &Attempt::password},
             {"questions", "keyboard-interactive", &Attempt::questions}}};
        bool isIn = m_offered.empty();
        for (const Row& each : kWays) {
            if (isIn || !contains(m_offered, each.offered) || !m_done.insert(each.name).second) {
                continue;
            }
            auto tried = (this->*each.way)();
            if (!tried.ok() && tried.error().code == ErrorCode::Unavailable &&
                mayBeTired(tried.error())) {
                return refused();
            }
            TIDEMARK_TRY(isIn, std::move(tried));
        }
        return isIn;
    }

    Result<bool> agent()
    {
        auto agent = SshAgent::find(m_parts.clock, m_parts.agent);
        if (!agent) {
            return false;
        }
        auto keys = agent->keys(m_stop);
        if (!keys.ok()) {
            return keys.error().code == ErrorCode::Cancelled ? Result<bool>(cancelled())
                                                             : Result<bool>(false);
        }
        TIDEMARK_TRY_STATUS(readKeyFiles());
        for (const std::string& key : inOrder(std::move(keys).value())) {
            TIDEMARK_TRY(const bool isIn, withAgent(*agent, key));
            if (isIn) {
                return true;
            }
        }
        return false;
    }

    /// First those whose files are known, last those that libssh2 can hardly use.
    std::vector<std::string> inOrder(std::vector<std::string> keys) const
    {
        const auto rank = [this](const std::string& key) {
            const bool hasFile =
                std::ranges::find(m_files, key, &SshKeyFile::publicKey) != m_files.end();
            return hasFile ? 0 : algorithmOf(key) == kRsa ? 2 : 1;
        };
        std::ranges::stable_sort(keys, {}, rank);
        keys.resize(std::min<std::size_t>(keys.size(), kMaxAgentKeys));
        return keys;
    }

    Result<bool> withAgent(SshAgent& agent, const std::string& key)
    {
        note("agent, " + std::string(algorithmOf(key)), algorithmOf(key));
        m_triedKeys.insert(key);
        TIDEMARK_TRY(const LoginEnd end,
                     logInByAgent(m_connection, m_parts.user, agent, key, m_stop));
        return end == LoginEnd::In;
    }

    Status readKeyFiles()
    {
        if (m_areFilesRead) {
            return {};
        }
        m_areFilesRead = true;
        if (!m_parts.keyFile.empty()) {
            TIDEMARK_TRY(auto named, readKeyFile(m_parts.files, m_parts.keyFile));
            if (!named) {
                return Error{.code = ErrorCode::Credentials,
                             .what = {TIDEMARK_TEXT("storage", "The key file %1 is not there."),
                                      {m_parts.keyFile}},
                             .next = {TIDEMARK_TEXT("storage", "Name the file of a private key.")}};
            }
            m_files.push_back(std::move(*named));
        }
        for (const char* const name : kUsualKeys) {
            // Those that cannot be read are as good as none: nobody named them.
            auto usual = readKeyFile(m_parts.files, m_parts.home + "/.ssh/" + name);
            if (usual.ok() && usual.value() &&
                std::ranges::find(m_files, usual.value()->path, &SshKeyFile::path) ==
                    m_files.end()) {
                m_files.push_back(std::move(*std::move(usual).value()));
            }
        }
        return {};
    }

    Result<bool> keyFiles()
    {
        TIDEMARK_TRY_STATUS(readKeyFiles());
        for (const SshKeyFile& each : m_files) {
            if (m_keysTried >= kMaxKeys || m_triedKeys.contains(each.publicKey)) {
                continue;
            }
            TIDEMARK_TRY(const bool isIn, withFile(each));
            if (isIn) {
                return true;
            }
        }
        return false;
    }

    Result<bool> withFile(const SshKeyFile& file)
    {
        note(file.path, file.algorithm);
        if (file.isEncrypted && m_login.m_passphrase.secret.empty() && !file.publicKey.empty()) {
            // Nobody is asked for the passphrase of a key that the server does not want.
            TIDEMARK_TRY(const bool isWanted,
                         wouldTake(m_connection, m_parts.user, file.publicKey, m_stop));
            if (!isWanted) {
                return false;
            }
        }
        Secret passphrase;
        if (file.isEncrypted) {
            TIDEMARK_TRY(
                passphrase,
                m_login.answerTo(
                    m_login.m_passphrase,
                    {TIDEMARK_TEXT("storage", "Passphrase of the key %1"), {file.path}}, m_stop));
        }
        TIDEMARK_TRY(const LoginEnd end,
                     logInByFile(m_connection, m_parts.user, file, passphrase, m_stop));
        if (end == LoginEnd::Unreadable && file.isEncrypted) {
            m_hints.push_back(
                {TIDEMARK_TEXT("storage", "The passphrase of %1 is wrong or missing."),
                 {file.path}});
        } else if (end == LoginEnd::Unreadable) {
            m_hints.push_back({TIDEMARK_TEXT("storage", "libssh2 cannot read %1."), {file.path}});
        }
        return end == LoginEnd::In;
    }

    Result<bool> password()
    {
        TIDEMARK_TRY(const Secret password, passwordOf());
        if (password.empty()) {
            return false;
        }
        m_tried.emplace_back("password");
        TIDEMARK_TRY(const LoginEnd end,
                     logInByPassword(m_connection, m_parts.user, password, m_stop));
        if (end == LoginEnd::Expired) {
            m_hints.push_back({TIDEMARK_TEXT("storage", "The password has expired: change it.")});
        }
        return end == LoginEnd::In;
    }

    Result<bool> questions()
    {
        bool wasPasswordGiven = false;
        bool wasAnswered = false;
        const auto answerer = [&](std::string_view prompt, bool isPassword) {
            const bool isKnown = isPassword && !std::exchange(wasPasswordGiven, true);
            const auto known = isKnown ? passwordOf() : Result(askedBy(prompt));
            Secret answer = known.ok() ? known.value() : Secret();
            wasAnswered = wasAnswered || !answer.empty();
            return answer;
        };
        auto end = logInByQuestions(m_connection, m_parts.user, answerer, m_stop);
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        if (wasAnswered) {
            m_tried.emplace_back("keyboard-interactive");
        }
        TIDEMARK_TRY(const LoginEnd known, std::move(end));
        return known == LoginEnd::In;
    }

    /// What the person says to a question of the server.
    [[nodiscard]] Secret askedBy(std::string_view prompt) const
    {
        return m_parts.person
            .secret({TIDEMARK_TEXT("storage", "%1 asks: %2"), {m_parts.host, shownPrompt(prompt)}})
            .value_or(Secret());
    }

    Result<Secret> passwordOf()
    {
        return m_login.answerTo(
            m_login.m_password,
            {TIDEMARK_TEXT("storage", "Password of %1 at %2"), {m_parts.user, m_parts.host}},
            m_stop);
    }

    void note(const std::string& key, std::string_view algorithm)
    {
        ++m_keysTried;
        m_wasRsaTried = m_wasRsaTried || algorithm == kRsa;
        m_tried.push_back("publickey (" + key + ')');
    }

    Error refused()
    {
        std::string tried;
        for (const std::string& each : m_tried) {
            tried += (tried.empty() ? "" : ", ") + each;
        }
        Error error{.code = ErrorCode::Credentials};
        const std::string offered = m_offered.empty() ? "?" : m_offered;
        if (tried.empty()) {
            error.what = {TIDEMARK_TEXT("storage",
                                        "There is nothing to log in to %1 as %2 with. The server "
                                        "offers: %3."),
                          {m_connection.peer(), m_parts.user, offered}};
            error.next = {TIDEMARK_TEXT("storage",
                                        "Start an agent that has your key, name a key file, or "
                                        "give a password.")};
        } else {
            error.what = {TIDEMARK_TEXT("storage",
                                        "%1 does not let %2 in. Tried: %3. The server offers: %4."),
                          {m_connection.peer(), m_parts.user, tried, offered}};
            error.next = {TIDEMARK_TEXT("storage",
                                        "Check the name of the user, and that the server has your "
                                        "public key.")};
        }
        const bool isByPassword = !tried.empty() && tried.find("publickey") == std::string::npos;
        if (!m_hints.empty()) {
            error.next = m_hints.front();
        } else if (isByPassword) {
            error.next = {
                TIDEMARK_TEXT("storage", "The password or the name of the user is wrong.")};
        } else if (m_wasRsaTried && libssh2_version(kRsaSha2Version) == nullptr) {
            error.next = {TIDEMARK_TEXT("storage",
                                        "libssh2 %1 signs with RSA keys only in a way that servers "
                                        "have given up (SHA-1). Use an ed25519 or ECDSA key: "
                                        "ssh-keygen -t ed25519."),
                          {libssh2_version(0)}};
        }
        return error;
    }

    SshLogin& m_login;
    const Parts& m_parts;
    SshConnection& m_connection;
    const std::stop_token& m_stop;
    std::string m_offered;
    std::vector<SshKeyFile> m_files;
    bool m_areFilesRead = false;
    std::set<std::string_view> m_done;  // The ways that led nowhere.
    std::set<std::string> m_triedKeys;
    int m_keysTried = 0;
    bool m_wasRsaTried = false;
    std::vector<std::string> m_tried;  // In the words of the protocol, as the server offers them.
    std::vector<Message> m_hints;
};

Status SshLogin::logIn(SshConnection& connection, const std::stop_token& stop)
{
    return Attempt(*this, connection, stop).run();
}

Result<Secret> SshLogin::answerTo(Answer& answer, const Message& question,
                                  const std::stop_token& stop)
{
    if (answer.secret.empty() && !answer.wasAsked) {
        auto said = m_parts.person.secret(question);
        if (!said && stop.stop_requested()) {
            return cancelled();
        }
        answer.wasAsked = true;
        answer.secret = std::move(said).value_or(Secret());
    }
    return answer.secret;
}

}  // namespace tidemark::storage
