#include "core/base/posix_file_system.h"
#include "core/config/settings.h"

#include <sqlite3.h>

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <signal.h>

using namespace tidemark;
using namespace Qt::StringLiterals;

namespace {

/// A busy machine starts it within this.
constexpr int kPatienceMs = 30'000;

/// In the settings that it starts with; no screen is as wide.
constexpr int kWindowWidth = 700;

bool makeDatabase(const QString& path)
{
    sqlite3* handle = nullptr;
    const bool made = sqlite3_open(path.toUtf8().constData(), &handle) == SQLITE_OK &&
                      sqlite3_exec(handle, "PRAGMA journal_mode=WAL; CREATE TABLE t(x)", nullptr,
                                   nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(handle);
    return made;
}

}  // namespace

/// The desktop itself, with a home of its own and one database to protect.
class TestProgram : public QObject {
    Q_OBJECT

private slots:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>();
        QVERIFY(makeDatabase(path(u"a.db"_s)));
        config::Settings settings{
            .databases = {
                {.path = path(u"a.db"_s).toStdString(),
                 .replicas = {{.name = "Folder",
                               .address = "file://" + path(u"replica"_s).toStdString()}}}}};
        settings.window = config::WindowGeometry{
            .x = 10, .y = 10, .width = kWindowWidth, .height = 500, .maximized = true};
        QVERIFY(config::SettingsFile(m_files, settingsPath()).save(settings).ok());
    }

    void cleanup()
    {
        if (m_program.state() != QProcess::NotRunning) {
            m_program.kill();
            m_program.waitForFinished();
        }
    }

    void theFirstSignalEndsItThoughItNeverSaidThatClosingKeepsProtecting()
    {
        start();
        ::kill(static_cast<pid_t>(m_program.processId()), SIGTERM);
        QVERIFY(m_program.waitForFinished(kPatienceMs));
        QCOMPARE(m_program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(m_program.exitCode(), 0);
    }

    void aMaximizedWindowIsMaximizedTheNextTime()
    {
        start();
        ::kill(static_cast<pid_t>(m_program.processId()), SIGTERM);
        QVERIFY(m_program.waitForFinished(kPatienceMs));
        const auto loaded = config::readSettings(m_files, settingsPath());
        QVERIFY(loaded.ok() && loaded.value().settings.window);
        QVERIFY(loaded.value().settings.window->width != kWindowWidth);
        QVERIFY(loaded.value().settings.window->maximized);
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_home->filePath(name); }
    [[nodiscard]] std::string settingsPath() const
    {
        return path(u"config/tidemark/settings.json"_s).toStdString();
    }

    void start()
    {
        QProcessEnvironment world = QProcessEnvironment::systemEnvironment();
        world.insert(u"HOME"_s, m_home->path());
        world.insert(u"XDG_CONFIG_HOME"_s, path(u"config"_s));
        world.insert(u"XDG_DATA_HOME"_s, path(u"data"_s));
        world.insert(u"XDG_CACHE_HOME"_s, path(u"cache"_s));
        world.insert(u"XDG_RUNTIME_DIR"_s, path(u"run"_s));
        world.insert(u"DBUS_SESSION_BUS_ADDRESS"_s, u"unix:path=/nowhere"_s);
        QVERIFY(
            QDir().mkdir(path(u"run"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        m_program.setProcessChannelMode(QProcess::ForwardedChannels);
        m_program.setProcessEnvironment(world);
        m_program.start(QStringLiteral(TIDEMARK_DESKTOP), QStringList());
        QVERIFY(m_program.waitForStarted(kPatienceMs));
        // It serves from its first database on, which comes after its window.
        const QString socket = path(u"run/tidemark/%1.sock"_s.arg(m_program.processId()));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(socket), kPatienceMs);
    }

    PosixFileSystem m_files;
    std::unique_ptr<QTemporaryDir> m_home;
    QProcess m_program;
};

QTEST_GUILESS_MAIN(TestProgram)
#include "tst_program.moc"
