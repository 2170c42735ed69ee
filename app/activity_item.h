#pragma once

#include "app/history.h"

#include <QtQml/qqmlregistration.h>
#include <QColor>
#include <QPointer>
#include <QQuickPaintedItem>
#include <QTimer>

namespace tidemark::app {

/// The small drawings of a card: what was written in the last 24 hours, or which of the last 30
/// days were kept. Follows its history, and shows nothing until that has been read; moves on by
/// itself as time passes.
class ActivityItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(
        tidemark::app::History* history READ history WRITE setHistory NOTIFY historyChanged FINAL)
    Q_PROPERTY(Kind kind READ kind WRITE setKind NOTIFY lookChanged FINAL)
    /// How many columns the day has.
    Q_PROPERTY(int columns MEMBER m_columns NOTIFY lookChanged FINAL)
    /// From one day's cell to the next, in pixels; a quarter of it is left free.
    Q_PROPERTY(int cellStep MEMBER m_cellStep NOTIFY lookChanged FINAL)
    Q_PROPERTY(QColor flow MEMBER m_flow NOTIFY lookChanged FINAL)
    Q_PROPERTY(QColor kept MEMBER m_kept NOTIFY lookChanged FINAL)
    Q_PROPERTY(QColor axis MEMBER m_axis NOTIFY lookChanged FINAL)
    Q_PROPERTY(QColor accent MEMBER m_accent NOTIFY lookChanged FINAL)
    /// "1,284 moments · 6.1 MB" of the last 24 hours; empty until the history has been read.
    Q_PROPERTY(QString summary READ summary NOTIFY summaryChanged FINAL)
    /// "19 Aug": the first of the days.
    Q_PROPERTY(QString firstDay READ firstDay NOTIFY summaryChanged FINAL)

public:
    enum class Kind { Day, Month };
    Q_ENUM(Kind)

    static constexpr int kDays = 30;

    explicit ActivityItem(QQuickItem* parent = nullptr);

    [[nodiscard]] History* history() const { return m_history; }
    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] QString summary() const { return m_summary; }
    [[nodiscard]] QString firstDay() const { return m_firstDay; }

    void setHistory(History* history);
    void setKind(Kind kind);

    void paint(QPainter* painter) override;

signals:
    void historyChanged();
    void lookChanged();
    void summaryChanged();

private:
    [[nodiscard]] bool isKnown() const;
    void refresh();
    void paintDay(QPainter& painter) const;
    void paintMonth(QPainter& painter) const;

    QPointer<History> m_history;
    Kind m_kind = Kind::Day;
    int m_columns = 66;
    int m_cellStep = 8;
    QColor m_flow;
    QColor m_kept;
    QColor m_axis;
    QColor m_accent;
    QString m_summary;
    QString m_firstDay;
    QTimer m_moves;
    QTimer m_soon;
};

}  // namespace tidemark::app
