#include "app/keychain/qt_keychain_entries.h"

#include <QDBusConnection>
#include <QString>

#include <qt6keychain/keychain.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::keychain {
namespace {

const QString kService = u"Tidemark"_s;

/// What libsecret met has one code for everything, so the bus is asked, and its words are read: the
/// daemon of the bus does not translate them.
bool isNobodyThere(const QString& detail)
{
    return !QDBusConnection::sessionBus().isConnected() ||
           detail.contains(u"was not provided by any .service files"_s) ||
           detail.contains(u"ServiceUnknown"_s);
}

EntryAnswer::Outcome outcomeOf(const QKeychain::Job& ended)
{
    switch (ended.error()) {
    case QKeychain::NoError: return EntryAnswer::Outcome::Done;
    case QKeychain::EntryNotFound: return EntryAnswer::Outcome::NotThere;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented: return EntryAnswer::Outcome::NobodyAnswers;
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser: return EntryAnswer::Outcome::Refused;
    case QKeychain::CouldNotDeleteEntry:
    case QKeychain::OtherError: break;
    }
    return isNobodyThere(ended.errorString()) ? EntryAnswer::Outcome::NobodyAnswers
                                              : EntryAnswer::Outcome::Failed;
}

}  // namespace

void QtKeychainEntries::read(const std::string& key, Answered answered)
{
    start(new QKeychain::ReadPasswordJob(kService, this), key, std::move(answered));
}

void QtKeychainEntries::write(const std::string& key, const Secret& text, Answered answered)
{
    auto* const job = new QKeychain::WritePasswordJob(kService, this);
    job->setTextData(QString::fromStdString(text.reveal()));
    start(job, key, std::move(answered));
}

void QtKeychainEntries::remove(const std::string& key, Answered answered)
{
    start(new QKeychain::DeletePasswordJob(kService, this), key, std::move(answered));
}

void QtKeychainEntries::start(QKeychain::Job* job, const std::string& key, Answered answered)
{
    job->setInsecureFallback(false);
    job->setKey(QString::fromStdString(key));
    connect(job, &QKeychain::Job::finished, this,
            [answered = std::move(answered)](QKeychain::Job* ended) {
                EntryAnswer answer{.outcome = outcomeOf(*ended),
                                   .detail = ended->errorString().toStdString()};
                if (const auto* const reading = qobject_cast<QKeychain::ReadPasswordJob*>(ended)) {
                    answer.text = Secret(reading->textData().toStdString());
                }
                answered(answer);
            });
    job->start();
}

}  // namespace tidemark::keychain
