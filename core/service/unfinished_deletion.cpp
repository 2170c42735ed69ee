#include "core/service/unfinished_deletion.h"

#include <utility>

namespace tidemark::service {

Status UnfinishedDeletion::read()
{
    if (!m_isRead) {
        TIDEMARK_TRY(m_names, m_follower.unfinished());
        m_left = m_names;
        m_isRead = true;
    }
    return {};
}

void UnfinishedDeletion::note(std::span<const std::string> names)
{
    m_names = m_left;
    m_names.insert(names.begin(), names.end());
    m_follower.setUnfinished(m_names);
}

void UnfinishedDeletion::forgetGone(const engine::RetentionLook& look)
{
    if (m_names.empty()) {
        return;
    }
    replica::ObjectNames listed;
    for (const auto* const objects : {&look.catalog.objects, &look.damaged}) {
        for (const replica::ObjectInfo& each : *objects) {
            if (m_names.contains(each.name)) {
                listed.insert(each.name);
            }
        }
    }
    m_left = m_names = std::move(listed);
    m_follower.setUnfinished(m_names);
}

}  // namespace tidemark::service
