#include "core/engine/protection.h"

namespace tidemark::engine {

std::string_view codeName(Protection state)
{
    switch (state) {
    case Protection::Protected: return "protected";
    case Protection::CatchingUp: return "catching-up";
    case Protection::Waiting: return "waiting";
    case Protection::Paused: return "paused";
    case Protection::AtRisk: return "at-risk";
    case Protection::Broken: return "broken";
    case Protection::NotSetUp: return "not-set-up";
    }
    return "not-set-up";
}

}  // namespace tidemark::engine
