#include "app/transfer_words.h"

#include <QCoreApplication>
#include <QStringList>

namespace tidemark::app {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(Transfer)
};

QString leftWords(std::chrono::milliseconds left, const timeline::Speech& speech)
{
    using namespace std::chrono_literals;
    if (left < 1s) {
        return Text::tr("less than 1 s left");
    }
    const timeline::Millis wholeSeconds = left / 1s * 1000;
    return Text::tr("about %1 left", "a length").arg(timeline::length(wholeSeconds, speech));
}

}  // namespace

QString transferWords(std::uint64_t doneBytes, std::uint64_t totalBytes, const TransferMeter& meter,
                      const timeline::Speech& speech)
{
    QStringList parts{
        Text::tr("%1 of %2", "sizes")
            .arg(timeline::dataSize(doneBytes, speech), timeline::dataSize(totalBytes, speech))};
    if (const auto rate = meter.bytesPerSecond()) {
        parts << Text::tr("%1/s", "a size a second")
                     .arg(timeline::dataSize(static_cast<std::uint64_t>(*rate), speech));
    }
    if (const auto left = meter.left()) {
        parts << leftWords(*left, speech);
    }
    return parts.join(Text::tr(" · ", "between facts"));
}

}  // namespace tidemark::app
