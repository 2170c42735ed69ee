#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

// What a path lies on, by what the system says of it; values in, values out.

/// A line of /proc/self/mountinfo, as far as it tells that: proc(5).
struct Mount {
    std::string point = {};    ///< "/mnt/share".
    std::string type = {};     ///< "ext4", "nfs4", "fuse.sshfs".
    std::string options = {};  ///< Of the file system: "rw,aname=drvfs;path=C:\".

    bool operator==(const Mount&) const = default;
};

/// The mount that `path`, which is canonical, lies on, by `table`, the text of
/// /proc/self/mountinfo. Lines that are none are passed over.
[[nodiscard]] std::optional<Mount> mountOf(std::string_view table, std::string_view path);

/// Whether the name of a file system with this number (f_type of statfs(2)) is in its mount.
[[nodiscard]] bool isNamedByMount(std::uint32_t magic);

/// How people call a file system whose files another computer or program keeps: "NFS", "sshfs
/// (FUSE)". Empty for one that this computer's kernel keeps, and for one that nobody knows.
[[nodiscard]] std::string foreignKindOf(std::uint32_t magic, const std::optional<Mount>& mount);

}  // namespace tidemark
