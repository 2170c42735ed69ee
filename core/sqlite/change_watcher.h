#pragma once

#include "core/base/result.h"

#include <functional>
#include <memory>
#include <string>

namespace tidemark::sqlite {

/// Tells when a file of a database is written to, by its path alone: the -wal, or in rollback mode
/// the database itself. One for a process, with one thread of its own. Missed or late news are
/// harmless: the database is looked at anyway.
class ChangeWatcher {
public:
    ChangeWatcher();
    ~ChangeWatcher();

    /// Calls `changed` on the watcher's thread, at once after a write to `path` and at most once
    /// every few milliseconds, until unwatch; now and then once too often. The file may be missing.
    /// A write comes before the commit that it is part of. Unavailable when the system has no watch
    /// left: then polling has to do.
    [[nodiscard]] Status watch(const std::string& path, std::function<void()> changed);

    /// The same for the database file beside a -wal: that it goes, or another one is put in its
    /// place, is to be heard of at once, and what checkpoints write there costs nobody more.
    [[nodiscard]] Status watchFile(const std::string& path, std::function<void()> changed);

    /// After it, `changed` is not called any more. Neither call may come from within `changed`.
    void unwatch(const std::string& path);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace tidemark::sqlite
