#include "core/storage/known_hosts.h"

#include "core/base/hmac_sha1.h"
#include "core/storage/ssh_wire.h"

#include <algorithm>
#include <cctype>
#include <optional>

namespace tidemark::storage {
namespace {

constexpr int kSshPort = 22;
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kHashMark = "|1|";

/// Takes the first word off `line`.
std::string_view takeWord(std::string_view& line)
{
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    return word;
}

char lower(char letter)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

/// '*' is any run of letters, '?' any one. A name is short and has few stars: going back is cheap.
bool fits(std::string_view pattern, std::string_view name)
{
    std::size_t at = 0;
    std::size_t in = 0;
    std::size_t star = std::string_view::npos;
    std::size_t behindStar = 0;
    while (in < name.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            behindStar = in;
        } else if (at < pattern.size() &&
                   (pattern[at] == '?' || lower(pattern[at]) == lower(name[in]))) {
            ++at;
            ++in;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in = ++behindStar;
        } else {
            return false;
        }
    }
    while (at < pattern.size() && pattern[at] == '*') {
        ++at;
    }
    return at == pattern.size();
}

/// `hashed` is "|1|salt|hash", both in Base64.
bool isHashOf(std::string_view hashed, std::string_view name)
{
    hashed.remove_prefix(kHashMark.size());
    const std::size_t bar = hashed.find('|');
    if (bar == std::string_view::npos) {
        return false;
    }
    const auto salt = fromBase64(hashed.substr(0, bar));
    const auto hash = fromBase64(hashed.substr(bar + 1));
    if (!salt || !hash) {
        return false;
    }
    const auto digest = hmacSha1(*salt, name);
    return *hash == std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

bool isAbout(std::string_view patterns, std::string_view name)
{
    if (patterns.starts_with(kHashMark)) {
        return isHashOf(patterns, name);
    }
    bool found = false;
    while (!patterns.empty()) {
        std::string_view pattern = patterns.substr(0, patterns.find(','));
        patterns.remove_prefix(std::min(pattern.size() + 1, patterns.size()));
        const bool isNegated = pattern.starts_with('!');
        pattern.remove_prefix(isNegated ? 1 : 0);
        if (!pattern.empty() && fits(pattern, name)) {
            // One that is excluded is so whatever else the line says.
            if (isNegated) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

/// Whether a server that has such a key shows it to us, who ask for it first.
bool isAskedFor(std::string_view algorithm)
{
    return algorithm == "ssh-ed25519" || algorithm.starts_with("ecdsa-sha2-nistp");
}

std::optional<HostKeyMark> markOf(std::string_view word)
{
    if (word == "@revoked") {
        return HostKeyMark::Revoked;
    }
    if (word == "@cert-authority") {
        return HostKeyMark::Authority;
    }
    return std::nullopt;
}

std::optional<KnownKey> readLine(std::string_view line, std::string_view name)
{
    KnownKey known;
    std::string_view hosts = takeWord(line);
    if (hosts.starts_with('@')) {
        const auto mark = markOf(hosts);
        if (!mark) {
            return std::nullopt;
        }
        known.mark = *mark;
        hosts = takeWord(line);
    }
    if (hosts.empty() || hosts.starts_with('#') || !isAbout(hosts, name)) {
        return std::nullopt;
    }
    known.algorithm = takeWord(line);
    auto key = fromBase64(takeWord(line));
    // The blob begins with the name of its algorithm again; the SSH 1 lines of old have none.
    if (!key || WireReader(*key).string() != known.algorithm) {
        return std::nullopt;
    }
    known.key = std::move(*key);
    return known;
}

}  // namespace

std::string knownHostName(std::string_view host, int port)
{
    std::string name;
    std::ranges::transform(host, std::back_inserter(name), lower);
    return port == 0 || port == kSshPort ? name : '[' + name + "]:" + std::to_string(port);
}

bool looksLikeKnownHosts(std::string_view text)
{
    return text.find('\0') == std::string_view::npos;
}

std::vector<KnownKey> keysKnownOf(std::string_view name, std::string_view text,
                                  const std::string& file)
{
    std::vector<KnownKey> known;
    for (int number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (auto read = readLine(line, name)) {
            read->file = file;
            read->line = number;
            known.push_back(std::move(*read));
        }
    }
    return known;
}

HostJudgement judge(const std::vector<KnownKey>& known, std::string_view algorithm,
                    std::string_view key)
{
    HostJudgement judgement;
    for (const KnownKey& each : known) {
        const bool isSame = each.key == key;
        if (each.mark == HostKeyMark::Revoked && isSame) {
            return {.verdict = HostVerdict::Revoked, .line = each};
        }
        if (each.mark != HostKeyMark::None) {
            if (each.mark == HostKeyMark::Authority && judgement.verdict == HostVerdict::Unknown) {
                judgement.line = each;
            }
            continue;
        }
        if (isSame) {
            judgement = {.verdict = HostVerdict::Trusted, .line = each};
        } else if (judgement.verdict == HostVerdict::Unknown) {
            const bool isComparable = each.algorithm == algorithm || isAskedFor(each.algorithm);
            judgement = {.verdict = isComparable ? HostVerdict::Changed : HostVerdict::Unknown,
                         .line = each};
        }
    }
    return judgement;
}

std::string knownHostLine(std::string_view name, std::string_view algorithm, std::string_view key)
{
    return std::string(name) + ' ' + std::string(algorithm) + ' ' + toBase64(key) + '\n';
}

}  // namespace tidemark::storage
