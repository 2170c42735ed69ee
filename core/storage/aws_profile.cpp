#include "core/storage/aws_profile.h"

#include "core/base/small_file.h"

#include <algorithm>

namespace tidemark::storage {
namespace {

constexpr std::uint64_t kMaxBytes = 1 << 20;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r";
    const auto first = std::min(text.find_first_not_of(kBlank), text.size());
    const auto last = text.find_last_not_of(kBlank);
    return text.substr(first, last == std::string_view::npos ? 0 : last + 1 - first);
}

std::string sectionName(std::string_view line)
{
    std::string_view name = trimmed(line.substr(1, line.find(']') - 1));
    constexpr std::string_view kProfile = "profile ";
    if (name.starts_with(kProfile)) {
        name = trimmed(name.substr(kProfile.size()));
    }
    return std::string(name);
}

}  // namespace

AwsSections parseAwsSections(std::string_view text)
{
    AwsSections sections;
    std::map<std::string, std::string>* section = nullptr;
    while (!text.empty()) {
        const std::string_view whole = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), whole.size() + 1));
        const std::string_view line = trimmed(whole);
        if (line.starts_with('[') && line.find(']') != std::string_view::npos) {
            section = &sections[sectionName(line)];
            continue;
        }
        const auto equals = line.find('=');
        // An indented line goes on with the one before: settings of single services.
        const bool isNested = !whole.empty() && (whole.front() == ' ' || whole.front() == '\t');
        if (section == nullptr || isNested || line.starts_with('#') || line.starts_with(';') ||
            equals == std::string_view::npos) {
            continue;
        }
        section->insert_or_assign(std::string(trimmed(line.substr(0, equals))),
                                  std::string(trimmed(line.substr(equals + 1))));
    }
    return sections;
}

Result<std::optional<Secrets>> awsProfile(FileSystem& files, const std::string& credentials,
                                          const std::string& settings, const std::string& profile)
{
    std::optional<Secrets> known;
    for (const std::string& path : {credentials, settings}) {
        const auto text = readSmallFile(files, path, kMaxBytes);
        if (!text.ok()) {
            return Error{.code = ErrorCode::Credentials,
                         .what = {TIDEMARK_TEXT("storage", "%1 cannot be read."), {path}},
                         .next = text.error().what};
        }
        if (!text.value()) {
            continue;
        }
        AwsSections sections = parseAwsSections(*text.value());
        const auto found = sections.find(profile);
        if (found == sections.end()) {
            continue;
        }
        auto& section = found->second;
        known = known ? known : Secrets{};
        if (known->accessKeyId.empty() && !section["aws_access_key_id"].empty()) {
            known->accessKeyId = Secret(section["aws_access_key_id"]);
            known->secretAccessKey = Secret(section["aws_secret_access_key"]);
            known->sessionToken = Secret(section["aws_session_token"]);
        }
        known->region = known->region.empty() ? section["region"] : known->region;
    }
    return known;
}

}  // namespace tidemark::storage
