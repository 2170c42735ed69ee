#include "app/trust_questions.h"

#include <utility>

namespace tidemark::app {

std::optional<Secret> TrustQuestions::secret(const Message& /*question*/)
{
    return {};
}

bool TrustQuestions::trusts(const storage::HostKey& key, const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    if (!m_present) {
        return false;
    }
    const auto question = std::make_shared<Question>(Question{.key = key});
    m_questions.push_back(question);
    QMetaObject::invokeMethod(this, &TrustQuestions::showNext, Qt::QueuedConnection);
    m_answered.wait(lock, stop, [&question] { return question->answer.has_value(); });
    if (!question->answer) {
        // Nobody wants to know any more.
        question->answer = false;
        std::erase(m_questions, question);
        QMetaObject::invokeMethod(this, &TrustQuestions::showNext, Qt::QueuedConnection);
    }
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

bool TrustQuestions::present() const
{
    const std::scoped_lock lock(m_mutex);
    return m_present;
}

void TrustQuestions::setPresent(bool present)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (std::exchange(m_present, present) == present) {
            return;
        }
        for (const auto& question : std::exchange(m_questions, {})) {
            question->answer = false;
        }
    }
    m_answered.notify_all();
    showNext();
    emit presentChanged();
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

QString TrustQuestions::otherKnown() const
{
    return m_shown ? QString::fromStdString(m_shown->key.otherKnown) : QString();
}

}  // namespace tidemark::app
