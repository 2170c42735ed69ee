#pragma once

#include "app/desktop/desktop_port.h"
#include "app/engine_port.h"
#include "app/restore_job.h"
#include "app/voice.h"

#include <QtQml/qqmlregistration.h>
#include <QObject>

#include <memory>
#include <optional>

namespace tidemark::app {

/// What the sheet behind the arrow of "Restore to new file" asks for: where to, under which name,
/// with which check. Follows the moment that is held. Lives on the GUI thread.
class RestoreOptions : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Owned by History")
    /// Whether there is a moment to restore.
    Q_PROPERTY(bool available READ available NOTIFY changed FINAL)
    /// "14:31:06.812 CEST"
    Q_PROPERTY(QString momentTime READ momentTime NOTIFY changed FINAL)
    /// As people say it: "~/dev/shop/data".
    Q_PROPERTY(QString folder READ folder NOTIFY changed FINAL)
    /// "212 GB free"; empty until it is known.
    Q_PROPERTY(QString freeSpace READ freeSpace NOTIFY freeSpaceChanged FINAL)
    Q_PROPERTY(QString fileName READ fileName WRITE setFileName NOTIFY changed FINAL)
    Q_PROPERTY(Check check READ check WRITE setCheck NOTIFY changed FINAL)
    /// The same in a terminal.
    Q_PROPERTY(QString command READ command NOTIFY changed FINAL)

public:
    enum class Check { Quick, Full, None };
    Q_ENUM(Check)

    RestoreOptions(EnginePort& engine, DesktopPort& desktop, const Voice& voice, QString home,
                   QObject* parent = nullptr);

    [[nodiscard]] bool available() const { return m_order.has_value(); }
    [[nodiscard]] QString momentTime() const;
    [[nodiscard]] QString folder() const;
    [[nodiscard]] QString freeSpace() const { return m_freeSpace; }
    [[nodiscard]] QString fileName() const;
    [[nodiscard]] Check check() const { return m_check; }
    [[nodiscard]] QString command() const;

    void setFileName(const QString& name);
    void setCheck(Check check);

    /// What one click would do now; the sheet starts from it. The name and the check that were
    /// chosen in the sheet stay while the moment is the same one.
    void setOrder(std::optional<RestoreOrder> order);

    /// The order with the choices of the sheet.
    [[nodiscard]] std::optional<RestoreOrder> chosen() const;

    /// Looks how much room there is, for a sheet that opens.
    void look();
    Q_INVOKABLE void chooseFolder();
    Q_INVOKABLE void copyCommand();

signals:
    void changed();
    void freeSpaceChanged();
    void folderChosen(const QString& folder);

private:
    void setFreeSpace(const QString& words);

    EnginePort& m_engine;
    DesktopPort& m_desktop;
    const Voice& m_voice;
    QString m_home;
    std::optional<RestoreOrder> m_order;
    QString m_ownName;  // Empty while the proposed one is kept.
    Check m_check = Check::Quick;
    QString m_freeSpace;
    std::unique_ptr<Pending> m_pending;
};

}  // namespace tidemark::app
