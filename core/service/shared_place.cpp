#include "core/service/shared_place.h"

#include "core/base/kernel_text.h"
#include "core/base/whole_number.h"

#include <sstream>

namespace tidemark::service {
namespace {

/// "/mnt/a\\040disk": a blank, a line break or a backslash is three octal digits.
std::string unescaped(const std::string& field)
{
    constexpr std::size_t kDigits = 3;
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const auto code = field[i] == '\\' ? wholeNumber<unsigned>(
                                                 std::string_view(field).substr(i + 1, kDigits), 8)
                                           : std::nullopt;
        text += code ? static_cast<char>(*code) : field[i];
        i += code ? kDigits : 0;
    }
    return text;
}

bool isAbove(std::string_view mount, std::string_view path)
{
    return mount == "/" ||
           (path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/'));
}

}  // namespace

std::string serverOf(const storage::StorageAddress& address)
{
    return storage::optionOf(address, "endpoint") + "//" + address.host + ":" +
           std::to_string(address.port);
}

std::string sharedPlace(const storage::StorageAddress& address)
{
    return address.kind == storage::StorageKind::Folder
               ? "folder " + mountPointOf(address.path, kernelText("/proc/self/mountinfo"))
               : serverOf(address);
}

std::string mountPointOf(std::string_view path, std::string_view mounts)
{
    std::string longest;
    std::istringstream text{std::string(mounts)};
    for (std::string line; std::getline(text, line);) {
        // "36 35 98:0 /root /mnt/disk rw,noatime ...": the fifth field.
        std::istringstream fields(line);
        std::string id, parent, device, root, mount;
        if (!(fields >> id >> parent >> device >> root >> mount)) {
            continue;
        }
        // Of two at one point the later one is seen.
        if (mount = unescaped(mount); isAbove(mount, path) && mount.size() >= longest.size()) {
            longest = mount;
        }
    }
    return longest;
}

}  // namespace tidemark::service
