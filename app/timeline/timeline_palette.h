#pragma once

#include "app/timeline/draw_list.h"

#include <QtQml/qqmlregistration.h>
#include <QColor>
#include <QObject>

#include <array>

namespace tidemark::app::timeline {

/// What each tone of a picture looks like: QML binds them to its theme.
class TimelinePalette : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QColor window MEMBER m_window NOTIFY changed FINAL)
    Q_PROPERTY(QColor lane MEMBER m_lane NOTIFY changed FINAL)
    Q_PROPERTY(QColor raised MEMBER m_raised NOTIFY changed FINAL)
    Q_PROPERTY(QColor well MEMBER m_well NOTIFY changed FINAL)
    Q_PROPERTY(QColor line MEMBER m_line NOTIFY changed FINAL)
    Q_PROPERTY(QColor lineSoft MEMBER m_lineSoft NOTIFY changed FINAL)
    Q_PROPERTY(QColor control MEMBER m_control NOTIFY changed FINAL)
    Q_PROPERTY(QColor ink MEMBER m_ink NOTIFY changed FINAL)
    Q_PROPERTY(QColor ink2 MEMBER m_ink2 NOTIFY changed FINAL)
    Q_PROPERTY(QColor ink3 MEMBER m_ink3 NOTIFY changed FINAL)
    Q_PROPERTY(QColor accent MEMBER m_accent NOTIFY changed FINAL)
    Q_PROPERTY(QColor inkOnAccent MEMBER m_inkOnAccent NOTIFY changed FINAL)
    Q_PROPERTY(QColor flow MEMBER m_flow NOTIFY changed FINAL)
    Q_PROPERTY(QColor hatch MEMBER m_hatch NOTIFY changed FINAL)
    Q_PROPERTY(QColor ok MEMBER m_ok NOTIFY changed FINAL)

public:
    using QObject::QObject;

    /// By Tone.
    [[nodiscard]] std::array<QColor, kToneCount> colors() const
    {
        return {m_window, m_lane, m_raised, m_well,        m_line, m_lineSoft, m_control, m_ink,
                m_ink2,   m_ink3, m_accent, m_inkOnAccent, m_flow, m_hatch,    m_ok};
    }

signals:
    void changed();

private:
    QColor m_window = "#f4f6f8";
    QColor m_lane = "#ffffff";
    QColor m_raised = "#ffffff";
    QColor m_well = "#eef2f4";
    QColor m_line = "#dbe2e6";
    QColor m_lineSoft = "#e9eef1";
    QColor m_control = "#7a8a95";
    QColor m_ink = "#14212b";
    QColor m_ink2 = "#465763";
    QColor m_ink3 = "#5b6a75";
    QColor m_accent = "#0b6690";
    QColor m_inkOnAccent = "#ffffff";
    QColor m_flow = "#4c93b4";
    QColor m_hatch = "#a9b5bd";
    QColor m_ok = "#1f7a43";
};

}  // namespace tidemark::app::timeline
