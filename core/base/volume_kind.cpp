#include "core/base/volume_kind.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

namespace tidemark {
namespace {

struct Kind {
    std::uint32_t magic;
    std::string_view name;
};

constexpr std::uint32_t kFuse = 0x65735546;
constexpr std::uint32_t kPlan9 = 0x01021997;
constexpr std::uint32_t kWsl = 0x53464846;  // Both sides of WSL 1: its own disk and Windows drives.

// The numbers of statfs(2), and those that coreutils' stat knows for remote ones. Where several
// computers share a disk through one of them, memory that is mapped is not shared.
constexpr std::array kForeign{
    Kind{kFuse, "FUSE"},
    Kind{kPlan9, "9p"},
    Kind{0x6969, "NFS"},
    Kind{0x517b, "SMB"},
    Kind{0xff534d42, "SMB"},
    Kind{0xfe534d42, "SMB"},
    Kind{0x00c36400, "Ceph"},
    Kind{0x5346414f, "AFS"},
    Kind{0x6b414653, "AFS"},
    Kind{0x73757245, "Coda"},
    Kind{0x564c, "NetWare"},
    Kind{0x0bd00bd0, "Lustre"},
    Kind{0x47504653, "GPFS"},
    Kind{0x01161970, "GFS2"},
    Kind{0x7461636f, "OCFS2"},
    Kind{0x20030528, "OrangeFS"},
    Kind{0x19830326, "BeeGFS"},
    Kind{0xaad7aaea, "PanFS"},
    Kind{0x786f4256, "a VirtualBox shared folder"},
    Kind{0xbacbacbc, "a VMware shared folder"},
    Kind{0x7c7c6673, "a Parallels shared folder"},
};

constexpr std::string_view kWindowsDrive = "a Windows drive under WSL";

/// proc(5): blank, tab, line feed and backslash are written as \040 and so on.
std::string unescaped(std::string_view text)
{
    const auto isOctal = [](char digit) { return digit >= '0' && digit <= '7'; };
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view digits = text.substr(i + 1, 3);
        if (text[i] == '\\' && digits.size() == 3 && std::ranges::all_of(digits, isOctal)) {
            plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 +
                                       (digits[2] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

std::vector<std::string> words(const std::string& line)
{
    std::istringstream stream(line);
    std::vector<std::string> found;
    for (std::string word; stream >> word;) {
        found.push_back(word);
    }
    return found;
}

/// "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw": any number of words before
/// the lone dash.
std::optional<Mount> mountIn(const std::string& line)
{
    constexpr std::ptrdiff_t kPoint = 4;
    const std::vector<std::string> fields = words(line);
    const auto dash = std::ranges::find(fields, "-");
    if (dash - fields.begin() <= kPoint || fields.end() - dash < 4) {
        return std::nullopt;
    }
    return Mount{
        .point = unescaped(fields[kPoint]), .type = dash[1], .options = unescaped(dash[3])};
}

bool liesBelow(std::string_view path, std::string_view point)
{
    return point == "/" || path == point ||
           (path.starts_with(point) && path.substr(point.size()).starts_with('/'));
}

bool isWindowsDrive(const Mount& mount)
{
    return mount.type == "drvfs" || mount.options.find("aname=drvfs") != std::string::npos;
}

std::string fuseName(const std::string& type)
{
    constexpr std::string_view kPrefix = "fuse.";
    if (type == "virtiofs") {
        return type;
    }
    if (type.starts_with(kPrefix) && type.size() > kPrefix.size()) {
        return type.substr(kPrefix.size()) + " (FUSE)";
    }
    return "FUSE";
}

}  // namespace

std::optional<Mount> mountOf(std::string_view table, std::string_view path)
{
    std::optional<Mount> found;
    std::istringstream lines{std::string(table)};
    for (std::string line; std::getline(lines, line);) {
        auto mount = mountIn(line);
        // Of two at one place the later one covers the other.
        if (mount && liesBelow(path, mount->point) &&
            (!found || mount->point.size() >= found->point.size())) {
            found = std::move(mount);
        }
    }
    return found;
}

bool isNamedByMount(std::uint32_t magic)
{
    return magic == kFuse || magic == kPlan9 || magic == kWsl;
}

std::string foreignKindOf(std::uint32_t magic, const std::optional<Mount>& mount)
{
    if (isNamedByMount(magic) && mount && isWindowsDrive(*mount)) {
        return std::string(kWindowsDrive);
    }
    if (magic == kFuse && mount) {
        return fuseName(mount->type);
    }
    const auto* const known = std::ranges::find(kForeign, magic, &Kind::magic);
    return known == kForeign.end() ? std::string() : std::string(known->name);
}

}  // namespace tidemark
