#pragma once

#include <functional>
#include <memory>

namespace tidemark::app {

/// Tells when the network is back, where the system says so: with NetworkManager, or as GLib knows.
/// Elsewhere it tells nothing, and everybody tries in his own time. Made, called and destroyed on
/// one thread of a QCoreApplication, which handles Qt's events.
class NetworkWatch {
public:
    explicit NetworkWatch(std::function<void()> isBack);
    ~NetworkWatch();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace tidemark::app
