#pragma once

#include "app/timeline/timeline_controller.h"
#include "tests/app/fakes.h"
#include "tests/app/timeline/histories.h"

#include <QTest>
#include <QThreadPool>

namespace tidemark::app::timeline::tests {

/// A timeline in a world of its own.
struct ShownTimeline {
    app::tests::World world;
    TimelineController controller{world.voice};

    void show(const replica::Catalog& catalog)
    {
        controller.setCatalog(std::make_shared<const replica::Catalog>(catalog));
        QVERIFY(QTest::qWaitFor([this] { return !controller.loading(); }));
    }
    /// The place of the moment that is held.
    [[nodiscard]] int held() const { return controller.momentPosition(); }
};

/// Until every catalog is made ready and what that posted is handled.
inline void settle()
{
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
}

}  // namespace tidemark::app::timeline::tests
