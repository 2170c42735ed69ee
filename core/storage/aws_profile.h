#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/storage/secrets.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// The sections of a file of the AWS tools: "[default]" or "[profile name]", then "key = value"
/// lines, '#' and ';' before comments. Lines that are none of these are passed over. Names without
/// "profile ". Source: AWS's guide of the shared configuration and credentials files.
using AwsSections = std::map<std::string, std::map<std::string, std::string>>;
[[nodiscard]] AwsSections parseAwsSections(std::string_view text);

/// The keys and the region of a profile; empty when no file has it. `credentials` is looked into
/// first. The keys are those of the first file that has an id, since the halves of two pairs do not
/// fit together; the region is of either. Fails with Credentials where a file cannot be read,
/// naming it and nothing that is in it.
[[nodiscard]] Result<std::optional<Secrets>> awsProfile(FileSystem& files,
                                                        const std::string& credentials,
                                                        const std::string& settings,
                                                        const std::string& profile);

}  // namespace tidemark::storage
