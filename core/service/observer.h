#pragma once

#include "core/service/status.h"

namespace tidemark::service {

/// Whoever wants to know what the engine does. Called on any engine thread, one call at a time for
/// one database, and must not block: take a copy and post it.
class Observer {
public:
    virtual ~Observer() = default;

    virtual void statusChanged(const DatabaseStatus& status) = 0;
    virtual void happened(const Event& event) = 0;
    virtual void removed(const DatabaseId& id) = 0;
};

}  // namespace tidemark::service
