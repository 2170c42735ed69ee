#include "app/database.h"

#include "app/place_form.h"
#include "app/text/places.h"

#include <utility>

namespace tidemark::app {

Database::Database(service::DatabaseStatus status, const Voice& voice, QString home,
                   QObject* parent)
    : QObject(parent), m_status(std::move(status)), m_voice(voice), m_home(std::move(home))
{
    refreshWords();
    refreshReplicas();
}

void Database::setStatus(service::DatabaseStatus status)
{
    const bool retryBefore = canRetry();
    m_status = std::move(status);
    if (refreshWords() || retryBefore != canRetry()) {
        emit changed();
    }
    refreshReplicas();
}

void Database::refresh()
{
    if (refreshWords()) {
        emit changed();
    }
    refreshReplicas();
}

bool Database::refreshWords()
{
    const timeline::Speech& speech = m_voice.speech();
    const QString size =
        m_status.sizeBytes > 0 ? timeline::dataSize(m_status.sizeBytes, speech) : QString();
    const StatusWords words = wordsFor(m_status, m_voice.now(), speech);
    const QString proof = proofWords(m_status, m_voice.now(), speech);
    const QString snapshot = snapshotWords(m_status, m_voice.now(), speech);
    const bool canSnapshot = maySnapshot(m_status);
    const QString name = fileNameOf(path());
    const QString folder = shortPath(folderOf(path()), m_home);
    const bool same = size == m_size && words == m_words && proof == m_proof && name == m_name &&
                      folder == m_folder && snapshot == m_snapshot && canSnapshot == m_canSnapshot;
    m_size = size;
    m_words = words;
    m_proof = proof;
    m_proofWithin = proofWordsWithin(m_status, m_voice.now(), speech);
    m_snapshot = snapshot;
    m_canSnapshot = canSnapshot;
    m_name = name;
    m_folder = folder;
    return !same;
}

void Database::refreshReplicas()
{
    std::vector<ReplicaStatusModel::Row> rows;
    rows.reserve(m_status.replicas.size());
    for (const service::ReplicaStatus& replica : m_status.replicas) {
        rows.push_back({.name = QString::fromStdString(replica.name),
                        .place = placeOf(replica.address, m_home),
                        .words = wordsFor(replica, m_voice.now(), m_voice.speech()),
                        .kind = static_cast<int>(PlaceForm::kindOf(replica.address.kind)),
                        .interval = intervalWords(replica, m_voice.speech())});
    }
    m_replicas.show(std::move(rows));
}

}  // namespace tidemark::app
