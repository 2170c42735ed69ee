#pragma once

#include <QCoreApplication>

namespace tidemark::app::timeline {

/// Text::tr(...): what the timeline says is translated in one context.
struct Text {
    Q_DECLARE_TR_FUNCTIONS(Timeline)
};

}  // namespace tidemark::app::timeline
