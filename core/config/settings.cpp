#include "core/config/settings.h"

#include "core/base/durable_directories.h"
#include "core/config/file_text.h"
#include "core/config/settings_json.h"

#include <span>
#include <utility>
#include <vector>

namespace tidemark::config {
namespace {

/// More copies set aside than this mean that something else is wrong.
constexpr int kMaxSetAside = 1000;

/// A damaged file may be of any size.
constexpr std::size_t kCopyBytes = 1 << 20;

std::string lastGoodOf(const std::string& path)
{
    return path + ".last-good";
}

/// What a settings file means.
struct Opened {
    LoadedSettings loaded = {};
    std::string goodText = {};  ///< Of what was opened instead of it, if it was damaged.
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
    Opened opened;
    const auto text = readText(files, path);
    if (!text.ok()) {
        // Too large to be one of ours is damaged like any other.
        if (text.error().code != ErrorCode::Damaged) {
            return text.error();
        }
        openLastGood(files, path, text.error(), opened);
        return opened;
    }
    if (!text.value()) {
        return opened;
    }
    auto decoded = decodeSettings(*text.value(), path);
    if (decoded.ok()) {
        opened.loaded = loadedFrom(std::move(decoded).value());
        return opened;
    }
    openLastGood(files, path, decoded.error(), opened);
    return opened;
}

Status copyAndSync(const File& from, File& to)
{
    std::vector<std::byte> piece(kCopyBytes);
    for (std::uint64_t offset = 0;;) {
        TIDEMARK_TRY(const std::size_t got, from.readAt(piece, offset));
        if (got == 0) {
            return to.sync();
        }
        TIDEMARK_TRY_STATUS(to.writeAt(std::span(piece).first(got), offset));
        offset += got;
    }
}

Status writeAndSync(FileSystem& files, const std::string& path, const std::string& text)
{
    TIDEMARK_TRY(const auto file, files.open(path, OpenFor::Keeping));
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
        TIDEMARK_TRY_STATUS(setAside());
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
    TIDEMARK_TRY_STATUS(writeAndSync(m_files, temporary, text));
    TIDEMARK_TRY_STATUS(m_files.renameReplacing(temporary, path));
    return m_files.syncDirectory(parentOf(path));
}

/// Copied, not renamed: the file is there at any moment, and the good copy replaces it.
Status SettingsFile::setAside()
{
    TIDEMARK_TRY(const auto damaged, m_files.open(m_path, OpenFor::Reading));
    const std::string first = m_path + ".damaged";
    std::string name = first;
    for (int number = 2;; ++number) {
        auto made = m_files.open(name, OpenFor::Creating);
        const bool isTaken = !made.ok() && made.error().code == ErrorCode::AlreadyExists;
        if (!isTaken || number > kMaxSetAside) {
            TIDEMARK_TRY(const auto copy, std::move(made));
            return copyAndSync(*damaged, *copy);
        }
        name = first + "-" + std::to_string(number);
    }
}

}  // namespace tidemark::config
