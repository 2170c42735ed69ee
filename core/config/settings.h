#pragma once

#include "core/base/file_system.h"
#include "core/base/result.h"
#include "core/config/defaults.h"
#include "core/engine/policy.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tidemark::config {

/// Keys that this version does not know, as the JSON object that holds them; empty when there are
/// none. They go back into the file with the thing that they came with. A choice that this version
/// does not have is one of them.
using UnknownKeys = std::string;

/// A replica of a database, or one that was opened to be browsed.
struct ReplicaSettings {
    std::string name = {};     ///< Free text; unique within its list.
    std::string address = {};  ///< As storage::parseAddress reads it. Text, so that a kind that
                               ///< only a newer version opens survives a save.
    /// What stays of the history; where nothing is said, everything does. A text that this version
    /// does not understand is among the unknown keys, and everything stays.
    engine::RetentionPolicy keep = engine::kKeepEverything;
    /// So often it is uploaded to at most; 0: at once.
    std::chrono::milliseconds syncInterval{0};
    UnknownKeys unknown = {};

    bool operator==(const ReplicaSettings&) const = default;
};

struct DatabaseSettings {
    std::string path = {};
    std::string name = {};  ///< As shown; empty means the file's own name.
    std::vector<ReplicaSettings> replicas = {};
    bool switchToWal = false;  ///< The owner agreed to leave the journal mode that it had.
    bool watch = false;        ///< The owner wants to keep it: it is read whole at each change.
    bool paused = false;
    std::chrono::milliseconds syncInterval = kSyncInterval;
    std::chrono::hours drillEvery = kDrillEvery;  ///< 0: no drills.
    int spoolLimitMib = kSpoolLimitMib;           ///< 0: by the size of the disk.
    UnknownKeys unknown = {};

    bool operator==(const DatabaseSettings&) const = default;
};

enum class Appearance { System, Light, Dark };

/// In which zone times are shown; UTC stands beside them anyway.
enum class ZoneChoice { Local, Utc };

struct WindowGeometry {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    bool maximized = false;

    bool operator==(const WindowGeometry&) const = default;
};

/// All that a person chose; never a secret. A plain value.
struct Settings {
    std::vector<DatabaseSettings> databases = {};
    std::vector<ReplicaSettings> openedReplicas = {};
    Appearance appearance = Appearance::System;
    ZoneChoice zone = ZoneChoice::Local;
    std::string lastRestoreFolder = {};  ///< Empty: none chosen yet.
    std::optional<WindowGeometry> window = {};
    std::set<std::string> saidOnce = {};  ///< Names of hints that are not said again.
    UnknownKeys unknown = {};

    bool operator==(const Settings&) const = default;
};

/// What a settings file gave.
struct LoadedSettings {
    Settings settings = {};
    bool readOnly = false;  ///< A newer version wrote the file; it is read and never written.
    std::optional<Error> notice = {};  ///< The file was damaged: what was opened instead.
};

/// Why a file that is read-only is not written, and what helps.
[[nodiscard]] Error writtenByNewerVersion(const std::string& path);

/// The settings of one file, for whoever only reads them: tidemarkctl. No file gives the defaults,
/// a damaged one, or one above kMaxConfigBytes, the last good copy with a notice. Fails with Io or
/// Forbidden.
[[nodiscard]] Result<LoadedSettings> readSettings(FileSystem& files, const std::string& path);

/// The settings file of the program that owns it, the desktop. For one thread; every call blocks on
/// the disk for some milliseconds.
class SettingsFile {
public:
    SettingsFile(FileSystem& files, std::string path) : m_files(files), m_path(std::move(path)) {}

    /// Like readSettings. A damaged file is set aside as "<path>.damaged", ".damaged-2" and so on,
    /// and the last good copy takes its place.
    [[nodiscard]] Result<LoadedSettings> load();

    /// Writes the file whole or not at all, then its last good copy, "<path>.last-good". Missing
    /// folders are made. Unsupported, with nothing written, when the file there is a newer
    /// version's.
    [[nodiscard]] Status save(const Settings& settings);

private:
    [[nodiscard]] Status writeWhole(const std::string& path, const std::string& text);
    [[nodiscard]] Status setAside();

    FileSystem& m_files;
    std::string m_path;
};

}  // namespace tidemark::config
