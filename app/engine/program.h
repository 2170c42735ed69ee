#pragma once

#include "app/bridge.h"
#include "app/desktop/look.h"
#include "app/desktop/real_desktop.h"
#include "app/desktop/single_instance.h"
#include "app/desktop/tray.h"
#include "app/engine/kept_secrets.h"
#include "app/engine/network_watch.h"
#include "app/engine/service_engine.h"
#include "app/engine/settings_writer.h"
#include "app/keychain/keychain.h"
#include "app/keychain/qt_keychain_entries.h"
#include "app/session.h"
#include "app/trust_questions.h"
#include "core/base/posix_file_system.h"
#include "core/base/system_clock.h"
#include "core/net/http_transport.h"
#include "core/service/service.h"
#include "core/storage/environment_secrets.h"
#include "core/storage/storage_factory.h"

#include <QObject>
#include <QQmlApplicationEngine>

#include <memory>
#include <optional>

class QQuickWindow;

namespace tidemark::app {

/// Where this user's folders are, by the XDG variables.
struct Places {
    QString home = {};
    QString downloads = {};
    std::string settings = {};  ///< The file.
    service::Directories directories = {};
};

[[nodiscard]] Places placesOfUser();

/// The desktop program, wired: owns every part, from the disk to the window. Lives on the GUI
/// thread.
class Program : public QObject {
    Q_OBJECT

public:
    explicit Program(Places places);
    ~Program() override;

    /// Becomes this user's one desktop, or fails as SingleInstance does.
    [[nodiscard]] Status becomeInstance();
    [[nodiscard]] Status passOn(const InstanceRequest& request) const;

    /// Starts the engine; shows the window unless `background`.
    void start(bool background);

    void answer(const InstanceRequest& request);

protected:
    /// Of the application: it is told first that the program is to end, then each window.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void wireTray();
    void updateTray();
    void raiseWindow();
    void makeWindow();
    void shutDown();

    Places m_places;
    PosixFileSystem m_files;
    SystemClock m_clock;
    SeededRandom m_random;
    SingleInstance m_instance;
    RealDesktop m_desktop;
    std::unique_ptr<SettingsWriter> m_writer;
    Bridge m_bridge;
    std::unique_ptr<net::HttpTransport> m_http;
    storage::EnvironmentSecrets m_environment;
    keychain::QtKeychainEntries m_entries;
    keychain::Keychain m_keychain;
    KeptSecrets m_secrets;
    TrustQuestions m_person;
    storage::StorageFactory m_storages;
    std::unique_ptr<service::Service> m_service;
    std::unique_ptr<NetworkWatch> m_network;  // It calls the service.
    std::unique_ptr<ServiceEngine> m_engine;
    std::unique_ptr<Look> m_look;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<Tray> m_tray;
    std::unique_ptr<QQmlApplicationEngine> m_qml;
    QQuickWindow* m_window = nullptr;  // Owned by m_qml.
};

}  // namespace tidemark::app
