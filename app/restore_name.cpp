#include "app/restore_name.h"

#include "app/text/places.h"

#include <QDateTime>

using namespace Qt::StringLiterals;

namespace tidemark::app {

QString restoreName(const QString& databaseName, timeline::Millis moment,
                    const timeline::Speech& speech)
{
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(moment, speech.zone);
    return stemOf(databaseName) + time.toString(u"-yyyyMMdd-HHmmss"_s) + suffixOf(databaseName);
}

QString nameForAttempt(const QString& name, int attempt)
{
    return u"%1 (%2)%3"_s.arg(stemOf(name)).arg(attempt).arg(suffixOf(name));
}

QString restoreCommand(const QString& storage, const QString& target, const replica::Moment& moment,
                       const QString& check)
{
    const QString when =
        moment.legacy ? u"--time %1"_s.arg(timeline::isoUtc(moment.time.time_since_epoch().count()))
                      : u"--txid %1"_s.arg(moment.txId.value);
    return u"tidemarkctl restore %1 %2 %3 --check %4"_s.arg(shellWord(storage), shellWord(target),
                                                            when, check);
}

}  // namespace tidemark::app
