#pragma once

#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>

namespace tidemark::sqlite {

/// Tells when the -wal file of a database is written to, by its path alone. One for a process, with
/// one thread of its own. Missed or late news are harmless: the wal-index is looked at anyway.
class ChangeWatcher {
public:
    ChangeWatcher();
    ~ChangeWatcher();

    /// Calls `changed` on the watcher's thread, at once after a write and at most once every few
    /// milliseconds for a database, until unwatch; now and then once too often. A write comes
    /// before the commit that it is part of. Unavailable when the system has no watch left:
    /// then polling has to do.
    [[nodiscard]] Status watch(const std::string& databasePath, std::function<void()> changed);

    /// After it, `changed` is not called any more. Neither call may come from within `changed`.
    void unwatch(const std::string& databasePath);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace tidemark::sqlite
