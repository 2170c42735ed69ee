#pragma once

#include "core/base/posix_file_system.h"
#include "core/engine/damage_book.h"
#include "core/engine/uploader.h"
#include "tests/support/made_replica.h"
#include "tests/support/simulated_clock.h"

#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace tidemark::engine {

using replica::MadeReplica;

/// A spool, a state and a replica in memory, between which an uploader works. Tests derive from it;
/// begin() before each, end() after it.
class Uploading {
protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SimulatedClock m_clock;
    SeededRandom m_random{1};
    std::unique_ptr<MadeReplica> m_made;
    std::unique_ptr<Spool> m_spool;
    std::unique_ptr<state::StateDb> m_state;
    std::unique_ptr<DamageBook> m_damage;
    std::unique_ptr<replica::LtxReplica> m_replica;
    Status m_mayAdopt;
    bool m_isFirst = true;

    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }

    [[nodiscard]] std::unique_ptr<Uploader> uploader()
    {
        auto made = std::make_unique<Uploader>(
            m_clock, m_random, *m_spool, *m_state, *m_damage, *m_replica, "replica",
            [this](const replica::Catalog&, const std::stop_token&) { return m_mayAdopt; });
        made->setIsFirst([this] { return m_isFirst; });
        return made;
    }

    void spool(std::uint64_t txId) { spool(txId, *m_made); }

    void spool(std::uint64_t txId, const MadeReplica& from)
    {
        const std::string bytes = from.fileOf({{txId}, {txId}});
        QVERIFY(m_spool
                    ->add({txId},
                          [&bytes](ByteSink& sink) {
                              return sink.write(std::as_bytes(std::span(bytes)));
                          })
                    .ok());
    }

    void spoolUpTo(std::uint64_t last)
    {
        for (std::uint64_t txId = 2; txId <= last; ++txId) {
            spool(txId);
        }
    }

    /// So slow that several at once are worth it; asks `answer` about each name.
    void beSlow(std::function<Status(const std::string&)> answer = {})
    {
        m_made->storage.onWrite = [this, answer = std::move(answer)](const std::string& name) {
            m_clock.advance(std::chrono::milliseconds(5));
            return answer ? answer(name) : Status();
        };
    }

    /// A replica with the snapshot of transaction 1, as it is remembered.
    [[nodiscard]] std::unique_ptr<Uploader> withBase()
    {
        m_made->put(9, 1, 1);
        const Status noted = m_state->setReplica({.id = "replica", .base = {1}, .confirmed = {1}});
        auto made = uploader();
        return noted.ok() && made->look({}).ok() ? std::move(made) : nullptr;
    }

    static std::string nameOf(std::uint64_t txId)
    {
        return replica::objectName({.level = 0, .range = {{txId}, {txId}}});
    }

    [[nodiscard]] bool holds(std::uint64_t txId) const
    {
        return m_made->storage.objects().contains(nameOf(txId));
    }

    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_files.makeDirectories(path("spool"), kPrivateDirectory).ok());
        m_made = std::make_unique<MadeReplica>();
        m_made->commit({1, 2}, 2);
        for (int i = 0; i < 10; ++i) {
            m_made->commit({1}, 2);
        }
        m_spool = std::make_unique<Spool>(m_files, m_random, path("spool"));
        QVERIFY(m_spool->open().ok());
        m_state = state::StateDb::open(m_files, path("state.db")).value();
        m_damage = std::make_unique<DamageBook>(m_clock, *m_state, *m_spool, "replica");
        m_replica = std::make_unique<replica::LtxReplica>(m_made->storage);
        m_mayAdopt = {};
        m_isFirst = true;
    }
    void end()
    {
        m_state.reset();
        m_spool.reset();
    }
};

}  // namespace tidemark::engine
