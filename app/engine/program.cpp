#include "app/engine/program.h"

#include "app/text/translated.h"
#include "core/base/process.h"
#include "core/config/defaults.h"
#include "core/net/qt_http_transport.h"

#include <QApplication>
#include <QDir>
#include <QQuickWindow>
#include <QScreen>
#include <QStandardPaths>
#include <QTextStream>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

constexpr int kGraspPx = 64;

std::string below(QStandardPaths::StandardLocation location)
{
    return (QStandardPaths::writableLocation(location) + u"/tidemark"_s).toStdString();
}

std::optional<std::string> variable(const std::string& name)
{
    return qEnvironmentVariableIsSet(name.c_str())
               ? std::optional(qgetenv(name.c_str()).toStdString())
               : std::nullopt;
}

/// Whether enough of it would be seen to take hold of it; a screen may be gone since.
bool isReachable(const QRect& window)
{
    return std::ranges::any_of(QGuiApplication::screens(), [&](const QScreen* screen) {
        const QRect seen = screen->availableGeometry().intersected(window);
        return seen.width() >= kGraspPx && seen.height() >= kGraspPx;
    });
}

/// What has to be said of the settings that were found.
std::optional<Error> troubleOf(const Result<config::LoadedSettings>& loaded,
                               const std::string& path)
{
    if (!loaded.ok()) {
        return loaded.error();
    }
    return loaded.value().readOnly ? config::writtenByNewerVersion(path) : loaded.value().notice;
}

}  // namespace

Places placesOfUser()
{
    Places places{.home = QDir::homePath(), .downloads = QDir::homePath()};
    const QString downloads = QStandardPaths::writableLocation(QStandardPaths::DownloadLocation);
    if (QDir(downloads).exists()) {
        places.downloads = downloads;
    }
    places.settings =
        below(QStandardPaths::GenericConfigLocation) + '/' + std::string(config::kSettingsName);
    places.directories.data = below(QStandardPaths::GenericDataLocation);
    places.directories.cache = below(QStandardPaths::GenericCacheLocation);
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    places.directories.run = runtime.startsWith(u'/') ? (runtime + u"/tidemark"_s).toStdString()
                                                      : places.directories.data + "/run";
    return places;
}

Program::Program(Places places)
    : m_places(std::move(places)),
      m_random(unpredictableSeed()),
      m_instance(m_files, QString::fromStdString(m_places.directories.run)),
      m_http(net::makeQtHttpTransport()),
      m_environment(m_files, variable, m_places.home.toStdString()),
      m_keychain(m_entries),
      m_secrets(m_keychain, m_environment),
      m_storages({.files = m_files,
                  .random = m_random,
                  .clock = m_clock,
                  .http = *m_http,
                  .secrets = m_secrets,
                  .person = m_person,
                  .home = m_places.home.toStdString(),
                  .config = parentOf(m_places.settings),
                  .cache = m_places.directories.cache,
                  .user = userName(variable),
                  .agent = variable("SSH_AUTH_SOCK").value_or("")})
{
}

Program::~Program()
{
    shutDown();
}

Status Program::becomeInstance()
{
    return m_instance.take();
}

Status Program::passOn(const InstanceRequest& request) const
{
    return m_instance.pass(request);
}

void Program::start(bool background)
{
    config::SettingsFile file(m_files, m_places.settings);
    Result<config::LoadedSettings> loaded = file.load();
    m_writer = std::make_unique<SettingsWriter>(m_files, m_places.settings);
    m_service = std::make_unique<service::Service>(
        service::Service::Dependencies{.clock = m_clock,
                                       .files = m_files,
                                       .random = m_random,
                                       .storages = m_storages,
                                       .directories = m_places.directories},
        m_bridge);
    m_network = std::make_unique<NetworkWatch>([this] { m_service->networkIsBack(); });
    m_engine = std::make_unique<ServiceEngine>(*m_service, m_files);
    m_look = std::make_unique<Look>();
    m_session =
        std::make_unique<Session>(Session::Parts{.engine = *m_engine,
                                                 .desktop = m_desktop,
                                                 .store = *m_writer,
                                                 .clock = m_clock,
                                                 .look = *m_look,
                                                 .secrets = m_secrets,
                                                 .person = m_person,
                                                 .home = m_places.home,
                                                 .downloads = m_places.downloads},
                                  loaded.ok() ? loaded.value().settings : config::Settings{});
    if (const auto trouble = troubleOf(loaded, m_places.settings)) {
        m_session->settings()->setNotice(translated(trouble->what), translated(trouble->next));
    }
    connect(m_writer.get(), &SettingsWriter::written, m_session->settings(),
            &SettingsObject::setProblem);
    connect(m_session.get(), &Session::quitConfirmed, qApp, &QCoreApplication::quit,
            Qt::QueuedConnection);
    qApp->installEventFilter(this);
    connect(&m_instance, &SingleInstance::requested, this, &Program::answer);
    wireTray();
    if (!background) {
        makeWindow();
    }
    m_bridge.tell(*m_session);
    m_session->start();
    m_look->followDesktop();
}

void Program::wireTray()
{
    m_tray = std::make_unique<Tray>();
    connect(m_tray.get(), &Tray::availableChanged, m_session.get(), &Session::setHasTray);
    connect(m_tray.get(), &Tray::openRequested, this, &Program::raiseWindow);
    connect(m_tray.get(), &Tray::databaseRequested, this, [this](int row) {
        raiseWindow();
        emit m_session->showDatabase(row);
    });
    connect(m_tray.get(), &Tray::quitRequested, this, [this] {
        raiseWindow();
        m_session->askToQuit();
    });
    connect(m_tray.get(), &Tray::aboutToShow, this, [this] {
        m_session->databases()->refresh();
        updateTray();
    });
    connect(m_session.get(), &Session::overviewChanged, this, &Program::updateTray);
    updateTray();
}

void Program::updateTray()
{
    TrayText text{.worst = m_session->worst(), .sentence = m_session->sentence()};
    for (int row = 0; row < m_session->databases()->count(); ++row) {
        const Database* const database = m_session->databases()->at(row);
        text.databases << tr("%1: %2", "database, state").arg(database->name(), database->word());
    }
    m_tray->show(text);
}

void Program::makeWindow()
{
    m_qml = std::make_unique<QQmlApplicationEngine>();
    m_qml->addImportPath(u"qrc:/qt/qml"_s);
    QVariantMap properties{{u"session"_s, QVariant::fromValue(m_session.get())}};
    if (const auto& window = m_session->settings()->value().window) {
        properties.insert({{u"width"_s, window->width},
                           {u"height"_s, window->height},
                           {u"startMaximized"_s, window->maximized}});
        if (isReachable({window->x, window->y, window->width, window->height})) {
            properties.insert({{u"x"_s, window->x}, {u"y"_s, window->y}});
        }
    }
    m_qml->setInitialProperties(properties);
    m_qml->load(QUrl(u"qrc:/qt/qml/Tidemark/Ui/Main.qml"_s));
    if (!m_qml->rootObjects().isEmpty()) {
        m_window = qobject_cast<QQuickWindow*>(m_qml->rootObjects().constFirst());
        m_desktop.setWindow(m_window);
    }
}

void Program::raiseWindow()
{
    if (m_window == nullptr) {
        makeWindow();
    }
    if (m_window != nullptr) {
        // Not show(), which would forget that it was maximized.
        m_window->setWindowStates(m_window->windowStates() & ~Qt::WindowMinimized);
        m_window->setVisible(true);
        m_window->raise();
        m_window->requestActivate();
    }
}

void Program::answer(const InstanceRequest& request)
{
    if (!request.activationToken.isEmpty()) {
        qputenv("XDG_ACTIVATION_TOKEN", request.activationToken.toUtf8());
    }
    raiseWindow();
    if (!request.addFile.isEmpty()) {
        m_session->take(QUrl::fromLocalFile(request.addFile));
    }
}

bool Program::eventFilter(QObject* watched, QEvent* event)
{
    // Qt may close every window first, and one that refuses calls the end off.
    if (event->type() == QEvent::Quit && m_session) {
        m_session->beginQuitting();
    }
    return QObject::eventFilter(watched, event);
}

void Program::shutDown()
{
    m_tray.reset();
    // One that was closed was remembered then, as it was shown.
    if (m_window != nullptr && m_window->isVisible()) {
        m_session->rememberWindow(m_window->geometry(),
                                  m_window->visibility() == QWindow::Maximized);
    }
    m_window = nullptr;
    m_desktop.setWindow(nullptr);
    m_qml.reset();
    m_person.setPresent(false);
    m_network.reset();
    if (m_service) {
        if (!m_service->stop()) {
            QTextStream(stderr) << QString::fromStdString(inEnglish(service::doesNotEnd().what))
                                << '\n';
            m_writer.reset();  // What was set last is in the file first.
            endAtOnce(ErrorCode::Unavailable);
        }
    }
    m_session.reset();
    m_engine.reset();
    m_service.reset();
    m_writer.reset();
}

}  // namespace tidemark::app
