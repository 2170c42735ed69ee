#include "core/storage/ssh_ways.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace tidemark::storage {
namespace {

unsigned int sizeOf(const std::string& text)
{
    return static_cast<unsigned int>(text.size());
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

void answerCallback(const char* /*name*/, int /*nameSize*/, const char* /*instruction*/,
                    int /*instructionSize*/, int count,
                    const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
                    LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses, void** abstract)
{
    const auto& answer = *static_cast<const Answerer*>(*abstract);
    for (int i = 0; i < count; ++i) {
        const std::string_view prompt(prompts[i].text, prompts[i].length);
        // "Password:", "me@host's password:"; others want a code, or a new password.
        const bool isPassword =
            count == 1 && prompts[i].echo == 0 && prompt.find("assword") != std::string_view::npos;
        const Secret text = answer(prompt, isPassword);
        responses[i].text = copyForLibrary(text.reveal());
        responses[i].length = static_cast<unsigned int>(text.reveal().size());
    }
}

Result<LoginEnd> logInBySignature(SshConnection& connection, const std::string& user,
                                  Signer& signer)
{
    void* abstract = &signer;
    const auto logIn = [&]() -> ssize_t {
        return libssh2_userauth_publickey(connection.session(), user.c_str(),
                                          reinterpret_cast<const unsigned char*>(signer.key.data()),
                                          signer.key.size(), signCallback, &abstract);
    };
    TIDEMARK_TRY(const ssize_t code, connection.finish(logIn, signer.stop));
    if (signer.error && signer.error->code == ErrorCode::Cancelled) {
        return *signer.error;
    }
    return code == 0 ? LoginEnd::In : LoginEnd::Refused;
}

}  // namespace

Result<std::string> offeredWays(SshConnection& connection, const std::string& user,
                                const std::stop_token& stop)
{
    std::string offered;
    const auto ask = [&]() -> ssize_t {
        const char* const list =
            libssh2_userauth_list(connection.session(), user.c_str(), sizeOf(user));
        offered = list == nullptr ? "" : list;
        return list == nullptr ? libssh2_session_last_errno(connection.session()) : 0;
    };
    TIDEMARK_TRY([[maybe_unused]] const ssize_t code, connection.finish(ask, stop));
    if (offered.empty() && libssh2_userauth_authenticated(connection.session()) == 0) {
        return Error{.code = ErrorCode::Credentials,
                     .what = {TIDEMARK_TEXT("storage", "%1 offers %2 no way to log in."),
                              {connection.peer(), user}},
                     .next = {TIDEMARK_TEXT("storage", "Check the name of the user.")}};
    }
    return offered;
}

Result<LoginEnd> logInByAgent(SshConnection& connection, const std::string& user, SshAgent& agent,
                              const std::string& key, const std::stop_token& stop)
{
    Signer signer{.agent = &agent, .key = key, .stop = stop};
    return logInBySignature(connection, user, signer);
}

Result<bool> wouldTake(SshConnection& connection, const std::string& user, const std::string& key,
                       const std::stop_token& stop)
{
    Signer signer{.key = key, .stop = stop};
    TIDEMARK_TRY([[maybe_unused]] const LoginEnd end, logInBySignature(connection, user, signer));
    return signer.wasAsked;
}

/// From memory: libssh2 1.10 with OpenSSL reads every kind of key there as it does from files.
Result<LoginEnd> logInByFile(SshConnection& connection, const std::string& user,
                             const SshKeyFile& file, const Secret& passphrase,
                             const std::stop_token& stop)
{
    const std::string& text = file.text.reveal();
    const auto logIn = [&]() -> ssize_t {
        // Both texts end with a zero byte, whatever sizes are said: libssh2 1.10 measures them.
        return libssh2_userauth_publickey_frommemory(connection.session(), user.c_str(),
                                                     user.size(), nullptr, 0, text.data(),
                                                     text.size(), passphrase.reveal().c_str());
    };
    TIDEMARK_TRY(const ssize_t code, connection.finish(logIn, stop));
    switch (code) {
    case 0: return LoginEnd::In;
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
    case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: return LoginEnd::Refused;
    default: return LoginEnd::Unreadable;
    }
}

Result<LoginEnd> logInByPassword(SshConnection& connection, const std::string& user,
                                 const Secret& password, const std::stop_token& stop)
{
    const std::string& text = password.reveal();
    const auto logIn = [&]() -> ssize_t {
        return libssh2_userauth_password_ex(connection.session(), user.c_str(), sizeOf(user),
                                            text.c_str(), sizeOf(text), nullptr);
    };
    TIDEMARK_TRY(const ssize_t code, connection.finish(logIn, stop));
    switch (code) {
    case 0: return LoginEnd::In;
    case LIBSSH2_ERROR_PASSWORD_EXPIRED: return LoginEnd::Expired;
    default: return LoginEnd::Refused;
    }
}

Result<LoginEnd> logInByQuestions(SshConnection& connection, const std::string& user,
                                  const Answerer& answerer, const std::stop_token& stop)
{
    // libssh2 hands the session's own pointer to the callback.
    void** const abstract = libssh2_session_abstract(connection.session());
    *abstract = const_cast<Answerer*>(&answerer);
    const auto logIn = [&]() -> ssize_t {
        return libssh2_userauth_keyboard_interactive_ex(connection.session(), user.c_str(),
                                                        sizeOf(user), answerCallback);
    };
    auto code = connection.finish(logIn, stop);
    *abstract = nullptr;
    TIDEMARK_TRY(const ssize_t done, std::move(code));
    return done == 0 ? LoginEnd::In : LoginEnd::Refused;
}

}  // namespace tidemark::storage
