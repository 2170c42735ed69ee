#pragma once

#include "app/history.h"
#include "tests/app/fakes.h"

#include <QTest>

namespace tidemark::app::tests {

/// Of a database that is followed.
[[nodiscard]] inline History::Origin followedOrigin()
{
    return {.name = QStringLiteral("shop.db"),
            .address = {.path = "/home/ada/Tidemark/shop"},
            .sourcePath = QStringLiteral("/home/ada/dev/shop.db")};
}

/// A history in a world of its own; the test answers for the replica.
struct ShownHistory {
    World world;
    History history;

    explicit ShownHistory(History::Origin origin = followedOrigin())
        : history(std::move(origin), world.engine, world.desktop, world.voice, kHome,
                  QStringLiteral("/home/ada/Downloads"))
    {
    }

    bool read(int moments)
    {
        history.open();
        world.engine.openings.back().reply(catalogOf(moments));
        return untilReady();
    }
    bool untilReady()
    {
        return QTest::qWaitFor([this] { return history.stage() == History::Stage::Ready; });
    }
    void captured(std::uint64_t number)
    {
        tell(service::SegmentWritten{
            .txId = {number}, .time = world.clock.now(), .pages = 3, .bytes = 900});
    }
    void tell(const decltype(service::Event::what)& what)
    {
        history.happened({.at = world.clock.now(), .what = what});
    }
    [[nodiscard]] int count() { return history.timeline()->momentCount(); }
};

}  // namespace tidemark::app::tests
