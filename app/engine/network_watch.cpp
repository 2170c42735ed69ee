#include "app/engine/network_watch.h"

#include <QNetworkInformation>
#include <QObject>

#include <utility>

namespace tidemark::app {

class NetworkWatch::Impl : public QObject {
public:
    explicit Impl(std::function<void()> isBack) : m_isBack(std::move(isBack))
    {
        if (!QNetworkInformation::loadBackendByFeatures(
                QNetworkInformation::Feature::Reachability)) {
            return;
        }
        auto* const information = QNetworkInformation::instance();
        m_wasOnline = isOnline(information->reachability());
        connect(information, &QNetworkInformation::reachabilityChanged, this,
                [this](QNetworkInformation::Reachability reachability) {
                    const bool wasOnline = std::exchange(m_wasOnline, isOnline(reachability));
                    if (m_wasOnline && !wasOnline) {
                        m_isBack();
                    }
                });
    }

private:
    /// A server of one's own needs no more than the local network.
    static bool isOnline(QNetworkInformation::Reachability reachability)
    {
        return reachability == QNetworkInformation::Reachability::Online ||
               reachability == QNetworkInformation::Reachability::Site ||
               reachability == QNetworkInformation::Reachability::Local;
    }

    std::function<void()> m_isBack;
    bool m_wasOnline = true;
};

NetworkWatch::NetworkWatch(std::function<void()> isBack)
    : m_impl(std::make_unique<Impl>(std::move(isBack)))
{
}

NetworkWatch::~NetworkWatch() = default;

}  // namespace tidemark::app
