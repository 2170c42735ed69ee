#pragma once

#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tidemark {

/// Tells when names come to folders or go from them, or a file in them is closed by one who wrote
/// it; by paths alone, nothing is opened. With a thread of its own. News may be missed: look now
/// and then anyway.
class FolderWatcher {
public:
    /// Called on the watcher's thread with a name, be it of a folder or not; with an empty one when
    /// anything may have changed. Must not block.
    using Changed = std::function<void(std::string_view name, bool isFolder)>;

    explicit FolderWatcher(Changed changed);

    /// After it, `changed` is not called any more.
    ~FolderWatcher();

    /// The folder itself, not what is in its subfolders. Once more is fine. Unavailable when the
    /// system has no watch left, NotFound, Forbidden.
    [[nodiscard]] Status watch(const std::string& folder);
    void unwatch(const std::string& folder);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace tidemark
