#pragma once

#include "core/config/settings.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>
#include <QRect>

namespace tidemark::app {

/// Where settings go when they changed. Returns at once; a failure is told to whoever made it.
class SettingsStore {
public:
    virtual ~SettingsStore() = default;
    virtual void save(const config::Settings& settings) = 0;
};

/// What a person chose, for the window. Every change is saved at once. Lives on the GUI thread.
class SettingsObject : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by Session")
    Q_PROPERTY(
        Appearance appearance READ appearance WRITE setAppearance NOTIFY appearanceChanged FINAL)
    Q_PROPERTY(Zone zone READ zone WRITE setZone NOTIFY zoneChanged FINAL)
    /// Empty: next to the database.
    Q_PROPERTY(QString restoreFolder READ restoreFolder NOTIFY restoreFolderChanged FINAL)
    /// Why what is chosen now is not kept, or what became of what was chosen before; empty when all
    /// is well. `advice` is what helps.
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged FINAL)
    Q_PROPERTY(QString advice READ advice NOTIFY problemChanged FINAL)

public:
    enum class Appearance { System, Light, Dark };
    Q_ENUM(Appearance)
    enum class Zone { Local, Utc };
    Q_ENUM(Zone)

    /// `store` outlives the object.
    SettingsObject(config::Settings settings, SettingsStore& store);

    [[nodiscard]] Appearance appearance() const;
    [[nodiscard]] Zone zone() const;
    [[nodiscard]] QString restoreFolder() const;
    [[nodiscard]] QString problem() const { return told().problem; }
    [[nodiscard]] QString advice() const { return told().advice; }
    [[nodiscard]] const config::Settings& value() const { return m_settings; }

    void setAppearance(Appearance appearance);
    void setZone(Zone zone);
    void setRestoreFolder(const QString& folder);
    /// How the newest save ended: empty when it went well.
    void setProblem(const QString& problem, const QString& advice);
    /// What was found when the settings were read; it stays, whatever is saved later.
    void setNotice(const QString& problem, const QString& advice);
    /// Of another one.
    void addNotice(const QString& problem, const QString& advice);
    void setWindow(const QRect& geometry, bool maximized);

    /// Restores go next to the database again.
    Q_INVOKABLE void forgetRestoreFolder();

    /// True the first time that it is asked for `hint`, and never again.
    bool sayOnce(const std::string& hint);

    void addDatabase(const config::DatabaseSettings& database);
    void removeDatabase(const std::string& path);
    void setPaused(const std::string& path, bool paused);
    /// Of the database at `path`; nothing where there is none.
    void addReplicaOf(const std::string& path, const config::ReplicaSettings& replica);
    /// One that was opened to be browsed.
    void addReplica(const config::ReplicaSettings& replica);
    void removeReplica(const std::string& address);

signals:
    void appearanceChanged();
    void zoneChanged();
    void restoreFolderChanged();
    void problemChanged();

private:
    struct Trouble {
        QString problem = {};
        QString advice = {};

        bool operator==(const Trouble&) const = default;
    };

    void save();
    [[nodiscard]] const Trouble& told() const
    {
        return m_saving.problem.isEmpty() ? m_reading : m_saving;
    }
    void tell(Trouble& trouble, Trouble now);

    config::Settings m_settings;
    SettingsStore& m_store;
    Trouble m_reading;
    Trouble m_saving;
};

}  // namespace tidemark::app
