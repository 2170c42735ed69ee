#include "app/trust_questions.h"

#include <utility>

namespace tidemark::app {

std::optional<Secret> TrustQuestions::secret(const Message& /*question*/)
{
    return {};
}

bool TrustQuestions::trusts(const storage::HostKey& key)
{
    std::unique_lock lock(m_mutex);
    if (!m_present) {
        return false;
    }
    const auto question = std::make_shared<Question>(Question{.key = key});
    m_questions.push_back(question);
    QMetaObject::invokeMethod(this, &TrustQuestions::showNext, Qt::QueuedConnection);
    m_answered.wait(lock, [&question] { return question->answer.has_value(); });
    return *question->answer;
}

void TrustQuestions::showNext()
{
    {
        const std::scoped_lock lock(m_mutex);
        if (m_shown && !m_shown->answer) {
            return;
        }
        m_shown = m_questions.empty() ? nullptr : m_questions.front();
    }
    emit changed();
}

void TrustQuestions::answer(bool trusted)
{
    if (!m_shown) {
        return;
    }
    {
        const std::scoped_lock lock(m_mutex);
        std::erase_if(m_questions, [&](const auto& each) {
            const bool isSame = each->key == m_shown->key;
            if (isSame) {
                each->answer = trusted;
            }
            return isSame;
        });
    }
    m_answered.notify_all();
    showNext();
}

void TrustQuestions::setPresent(bool present)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_present = present;
        if (present) {
            return;
        }
        for (const auto& question : std::exchange(m_questions, {})) {
            question->answer = false;
        }
    }
    m_answered.notify_all();
    showNext();
}

QString TrustQuestions::host() const
{
    return m_shown ? QString::fromStdString(m_shown->key.host) : QString();
}

QString TrustQuestions::algorithm() const
{
    return m_shown ? QString::fromStdString(m_shown->key.algorithm) : QString();
}

QString TrustQuestions::fingerprint() const
{
    return m_shown ? QString::fromStdString(m_shown->key.fingerprint) : QString();
}

}  // namespace tidemark::app
