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

QString restoreCommand(const QString& storage, const QString& target, std::uint64_t txId,
                       const QString& check)
{
    return u"tidemarkctl restore %1 %2 --txid %3 --check %4"_s.arg(
        shellWord(storage), shellWord(target), QString::number(txId), check);
}

}  // namespace tidemark::app
