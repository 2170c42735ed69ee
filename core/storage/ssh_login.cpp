#include "core/storage/ssh_login.h"

#include "core/storage/ssh_agent.h"
#include "core/storage/ssh_key_file.h"
#include "core/storage/ssh_wire.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

namespace tidemark::storage {
namespace {

// OpenSSH ends the connection at the sixth refusal. One is left for the password.
constexpr int kMaxKeys = 5;
constexpr int kMaxAgentKeys = 3;

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

/// libssh2 frees it.
char* copyForLibrary(std::string_view bytes)
{
    auto* const copy = static_cast<char*>(std::malloc(bytes.size() + 1));
    if (copy != nullptr) {
        std::ranges::copy(bytes, copy);
        copy[bytes.size()] = '\0';
    }
    return copy;
}

/// Whose signature is wanted when libssh2 calls back.
struct Signer {
    SshAgent* agent = nullptr;  ///< Null: only whether the server would take one is of interest.
    const std::string& key;
    const std::stop_token& stop;
    bool wasAsked = false;
    std::optional<Error> error = {};
};

int signCallback(LIBSSH2_SESSION* /*session*/, unsigned char** signature, std::size_t* size,
                 const unsigned char* data, std::size_t dataSize, void** abstract)
{
    auto& signer = *static_cast<Signer*>(*abstract);
    signer.wasAsked = true;
    if (signer.agent == nullptr) {
        return -1;
    }
    auto signedData = signer.agent->sign(
        signer.key, std::string_view(reinterpret_cast<const char*>(data), dataSize), signer.stop);
    if (!signedData.ok()) {
        signer.error = signedData.error();
        return -1;
    }
    *signature = reinterpret_cast<unsigned char*>(copyForLibrary(signedData.value()));
    *size = signedData.value().size();
    return *signature == nullptr ? -1 : 0;
}

/// What the server's questions are answered with.
using Answerer = std::function<std::string(std::string_view prompt, bool isOnlyOne)>;

void answerCallback(const char* /*name*/, int /*nameSize*/, const char* /*instruction*/,
                    int /*instructionSize*/, int count,
                    const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                    LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses, void** abstract)
{
    const auto& answer = *static_cast<const Answerer*>(*abstract);
    for (int i = 0; i < count; ++i) {
        const bool isOnlyOne = count == 1 && prompts[i].echo == 0;
        const std::string text =
            answer(std::string_view(prompts[i].text, prompts[i].length), isOnlyOne);
        responses[i].text = copyForLibrary(text);
        responses[i].length = static_cast<unsigned int>(text.size());
    }
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
        TIDEMARK_TRY(const bool isOpen, askWhatIsOffered());
        if (isOpen) {
            return {};
        }
        using Way = Result<bool> (Attempt::*)();
        struct Row {
            const char* name;
            Way way;
        };
        static constexpr std::array<Row, 4> kWays{{{"publickey", &Attempt::agent},
                                                   {"publickey", &Attempt::keyFiles},
                                                   {"password", &Attempt::password},
                                                   {"keyboard-interactive", &Attempt::questions}}};
        for (const Row& each : kWays) {
            if (!contains(m_offered, each.name)) {
                continue;
            }
            auto isIn = (this->*each.way)();
            if (!isIn.ok()) {
                // Servers hang up on who tries too much.
                const bool hungUp = isIn.error().code == ErrorCode::Unavailable && !m_tried.empty();
                return hungUp ? refused() : std::move(isIn).error();
            }
            if (isIn.value()) {
                return {};
            }
        }
        return refused();
    }

private:
    LIBSSH2_SESSION* session() { return m_connection.session(); }

    /// True where the server wants to know nothing.
    Result<bool> askWhatIsOffered()
    {
        const auto ask = [this]() -> ssize_t {
            const char* const list = libssh2_userauth_list(
                session(), m_parts.user.c_str(), static_cast<unsigned int>(m_parts.user.size()));
            if (list == nullptr) {
                return libssh2_userauth_authenticated(session()) != 0
                           ? 0
                           : libssh2_session_last_errno(session());
            }
            m_offered = list;
            return 0;
        };
        TIDEMARK_TRY(const ssize_t code, m_connection.finish(ask, m_stop));
        if (code != 0) {
            return refused();
        }
        return libssh2_userauth_authenticated(session()) != 0;
    }

    Result<bool> agent()
    {
        auto agent = SshAgent::find(m_parts.clock);
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
        Signer signer{.agent = &agent, .key = key, .stop = m_stop};
        note({TIDEMARK_TEXT("storage", "the agent's %1 key"), {std::string(algorithmOf(key))}},
             algorithmOf(key));
        m_triedKeys.insert(key);
        TIDEMARK_TRY(const bool isIn, withSigner(signer));
        if (signer.error && signer.error->code == ErrorCode::Cancelled) {
            return *signer.error;
        }
        return isIn;
    }

    Result<bool> withSigner(Signer& signer)
    {
        void* abstract = &signer;
        const auto logIn = [&]() -> ssize_t {
            return libssh2_userauth_publickey(
                session(), m_parts.user.c_str(),
                reinterpret_cast<const unsigned char*>(signer.key.data()), signer.key.size(),
                signCallback, &abstract);
        };
        TIDEMARK_TRY(const ssize_t code, m_connection.finish(logIn, m_stop));
        return code == 0;
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
        note({TIDEMARK_TEXT("storage", "the key %1"), {file.path}}, file.algorithm);
        if (file.isEncrypted && m_login.m_passphrase.secret.empty() && !file.publicKey.empty()) {
            // Nobody is asked for the passphrase of a key that the server does not want.
            Signer signer{.key = file.publicKey, .stop = m_stop};
            TIDEMARK_TRY([[maybe_unused]] const bool isIn, withSigner(signer));
            if (!signer.wasAsked) {
                return false;
            }
        }
        Secret passphrase;
        if (file.isEncrypted) {
            passphrase = m_login.answerTo(
                m_login.m_passphrase,
                {TIDEMARK_TEXT("storage", "Passphrase of the key %1"), {file.path}});
        }
        const std::string& text = file.text.reveal();
        const auto logIn = [&]() -> ssize_t {
            return libssh2_userauth_publickey_frommemory(
                session(), m_parts.user.c_str(), m_parts.user.size(), nullptr, 0, text.data(),
                text.size(), passphrase.reveal().c_str());
        };
        TIDEMARK_TRY(const ssize_t code, m_connection.finish(logIn, m_stop));
        const bool isUnreadable = code != 0 && code != LIBSSH2_ERROR_AUTHENTICATION_FAILED &&
                                  code != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
        if (isUnreadable && file.isEncrypted) {
            m_hints.push_back(
                {TIDEMARK_TEXT("storage", "The passphrase of %1 is wrong or missing."),
                 {file.path}});
        } else if (isUnreadable) {
            m_hints.push_back({TIDEMARK_TEXT("storage", "libssh2 cannot read %1."), {file.path}});
        }
        return code == 0;
    }

    Result<bool> password()
    {
        const Secret& password = passwordOf();
        if (password.empty()) {
            return false;
        }
        m_tried.push_back({TIDEMARK_TEXT("storage", "the password")});
        const std::string& text = password.reveal();
        const auto logIn = [&]() -> ssize_t {
            return libssh2_userauth_password_ex(
                session(), m_parts.user.c_str(), static_cast<unsigned int>(m_parts.user.size()),
                text.c_str(), static_cast<unsigned int>(text.size()), nullptr);
        };
        TIDEMARK_TRY(const ssize_t code, m_connection.finish(logIn, m_stop));
        if (code == LIBSSH2_ERROR_PASSWORD_EXPIRED) {
            m_hints.push_back({TIDEMARK_TEXT("storage", "The password has expired: change it.")});
        }
        return code == 0;
    }

    Result<bool> questions()
    {
        bool wasPasswordGiven = false;
        bool wasAnswered = false;
        const Answerer answerer = [&](std::string_view prompt, bool isOnlyOne) {
            Secret answer;
            if (isOnlyOne && !std::exchange(wasPasswordGiven, true)) {
                answer = passwordOf();
            } else {
                answer = m_parts.person
                             .secret({TIDEMARK_TEXT("storage", "%1 asks: %2"),
                                      {m_parts.host, shownPrompt(prompt)}})
                             .value_or(Secret());
            }
            wasAnswered = wasAnswered || !answer.empty();
            return answer.reveal();
        };
        // libssh2 hands the session's own pointer to the callback.
        *libssh2_session_abstract(session()) = const_cast<Answerer*>(&answerer);
        const auto logIn = [&]() -> ssize_t {
            return libssh2_userauth_keyboard_interactive_ex(
                session(), m_parts.user.c_str(), static_cast<unsigned int>(m_parts.user.size()),
                answerCallback);
        };
        auto code = m_connection.finish(logIn, m_stop);
        *libssh2_session_abstract(session()) = nullptr;
        if (wasAnswered) {
            m_tried.push_back({TIDEMARK_TEXT("storage", "answers to its questions")});
        }
        TIDEMARK_TRY(const ssize_t done, std::move(code));
        return done == 0;
    }

    const Secret& passwordOf()
    {
        return m_login.answerTo(
            m_login.m_password,
            {TIDEMARK_TEXT("storage", "Password of %1 at %2"), {m_parts.user, m_parts.host}});
    }

    void note(Message way, std::string_view algorithm)
    {
        ++m_keysTried;
        m_wasRsaTried = m_wasRsaTried || algorithm == kRsa;
        m_tried.push_back(std::move(way));
    }

    Error refused()
    {
        std::string tried;
        for (const Message& each : m_tried) {
            tried += (tried.empty() ? "" : ", ") + inEnglish(each);
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
        if (!m_hints.empty()) {
            error.next = m_hints.front();
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
    std::set<std::string> m_triedKeys;
    int m_keysTried = 0;
    bool m_wasRsaTried = false;
    std::vector<Message> m_tried;
    std::vector<Message> m_hints;
};

Status SshLogin::logIn(SshConnection& connection, const std::stop_token& stop)
{
    return Attempt(*this, connection, stop).run();
}

const Secret& SshLogin::answerTo(Answer& answer, const Message& question)
{
    if (answer.secret.empty() && !std::exchange(answer.wasAsked, true)) {
        answer.secret = m_parts.person.secret(question).value_or(Secret());
    }
    return answer.secret;
}

std::string localUserName()
{
    for (const char* const name : {"LOGNAME", "USER"}) {
        if (const char* const value = std::getenv(name); value != nullptr && *value != '\0') {
            return value;
        }
    }
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::string() : std::string(found->pw_name);
}

}  // namespace tidemark::storage
