#include "core/config/settings.h"

#include "core/base/durable_directories.h"
#include "core/config/file_text.h"
#include "core/config/settings_json.h"

#include <span>
#include <utility>

namespace tidemark::config {
namespace {

/// More copies set aside than this mean that something else is wrong.
constexpr int kMaxSetAside = 1000;

std::string lastGoodOf(const std::string& path)
{
    return path + ".last-good";
}

/// The text of a settings file and what it means.
struct Opened {
    LoadedSettings loaded = {};
    std::string damagedText = {};  ///< Of the file itself, when it could not be read.
    std::string goodText = {};     ///< Of what was opened instead of it.
};

Error openedInstead(const Error& damage, bool hasCopy)
{
    const Message next =
        hasCopy ? Message{TIDEMARK_TEXT("config", "The last good copy was opened instead.")}
                : Message{TIDEMARK_TEXT(
                      "config",
                      "There is no good copy of it, so Tidemark starts with its defaults; add your "
                      "databases again, their histories are untouched.")};
    return {.code = damage.code, .what = damage.what, .next = next};
}

LoadedSettings loadedFrom(DecodedSettings decoded)
{
    return {.settings = std::move(decoded.settings),
            .readOnly = decoded.version > kSettingsVersion};
}

/// Any failure to read the copy means that there is no good one.
void openLastGood(FileSystem& files, const std::string& path, const Error& damage, Opened& opened)
{
    const std::string copyPath = lastGoodOf(path);
    const auto text = readText(files, copyPath);
    bool hasCopy = false;
    if (text.ok() && text.value()) {
        auto decoded = decodeSettings(*text.value(), copyPath);
        if (decoded.ok()) {
            opened.loaded = loadedFrom(std::move(decoded).value());
            opened.goodText = *text.value();
            hasCopy = true;
        }
    }
    opened.loaded.notice = openedInstead(damage, hasCopy);
}

Result<Opened> openSettings(FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(const std::optional<std::string> text, readText(files, path));
    Opened opened;
    if (!text) {
        return opened;
    }
    auto decoded = decodeSettings(*text, path);
    if (decoded.ok()) {
        opened.loaded = loadedFrom(std::move(decoded).value());
        return opened;
    }
    opened.damagedText = *text;
    openLastGood(files, path, decoded.error(), opened);
    return opened;
}

Status writeAndSync(FileSystem& files, const std::string& path, const std::string& text,
                    OpenFor purpose)
{
    TIDEMARK_TRY(const auto file, files.open(path, purpose));
    TIDEMARK_TRY_STATUS(file->resize(0));
    TIDEMARK_TRY_STATUS(file->writeAt(std::as_bytes(std::span(text.data(), text.size())), 0));
    return file->sync();
}

}  // namespace

Error writtenByNewerVersion(const std::string& path)
{
    return {.code = ErrorCode::Unsupported,
            .what = {TIDEMARK_TEXT("config", "A newer version of Tidemark wrote %1."), {path}},
            .next = {TIDEMARK_TEXT("config", "Use that version to change the settings.")}};
}

Result<LoadedSettings> readSettings(FileSystem& files, const std::string& path)
{
    TIDEMARK_TRY(Opened opened, openSettings(files, path));
    return std::move(opened.loaded);
}

Result<LoadedSettings> SettingsFile::load()
{
    TIDEMARK_TRY(Opened opened, openSettings(m_files, m_path));
    if (opened.loaded.notice) {
        TIDEMARK_TRY_STATUS(setAside(opened.damagedText));
        if (opened.goodText.empty()) {
            TIDEMARK_TRY_STATUS(m_files.remove(m_path));
        } else {
            TIDEMARK_TRY_STATUS(writeWhole(m_path, opened.goodText));
        }
    }
    return std::move(opened.loaded);
}

Status SettingsFile::save(const Settings& settings)
{
    TIDEMARK_TRY(const Opened there, openSettings(m_files, m_path));
    if (there.loaded.readOnly) {
        return writtenByNewerVersion(m_path);
    }
    TIDEMARK_TRY(const std::string text, encodeSettings(settings));
    TIDEMARK_TRY_STATUS(makeDirectoriesDurably(m_files, parentOf(m_path)));
    TIDEMARK_TRY_STATUS(writeWhole(m_path, text));
    return writeWhole(lastGoodOf(m_path), text);
}

Status SettingsFile::writeWhole(const std::string& path, const std::string& text)
{
    const std::string temporary = path + ".new";
    TIDEMARK_TRY_STATUS(writeAndSync(m_files, temporary, text, OpenFor::Keeping));
    TIDEMARK_TRY_STATUS(m_files.renameReplacing(temporary, path));
    return m_files.syncDirectory(parentOf(path));
}

Status SettingsFile::setAside(const std::string& damaged)
{
    const std::string first = m_path + ".damaged";
    std::string name = first;
    for (int number = 2;; ++number) {
        Status written = writeAndSync(m_files, name, damaged, OpenFor::Creating);
        const bool isTaken = !written.ok() && written.error().code == ErrorCode::AlreadyExists;
        if (!isTaken || number > kMaxSetAside) {
            return written;
        }
        name = first + "-" + std::to_string(number);
    }
}

}  // namespace tidemark::config
