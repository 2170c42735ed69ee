#pragma once

#include "core/config/settings.h"

#include <string>
#include <string_view>

namespace tidemark::config {

/// The version of the settings that this program writes.
inline constexpr int kSettingsVersion = 1;

/// Settings as a file holds them, with the version that wrote them.
struct DecodedSettings {
    int version = kSettingsVersion;
    Settings settings = {};  ///< Of a newer version: as far as this one understands it.
};

/// Reads the text of a settings file. Damaged, naming `path` and what is wrong, for anything that
/// no version wrote; a newer version's file is never damaged.
[[nodiscard]] Result<DecodedSettings> decodeSettings(std::string_view text,
                                                     const std::string& path);

/// The text of a settings file, with the unknown keys where they were. Unsupported for a text in it
/// that is not UTF-8: JSON cannot hold it.
[[nodiscard]] Result<std::string> encodeSettings(const Settings& settings);

}  // namespace tidemark::config
