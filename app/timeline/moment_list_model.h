#pragma once

#include "app/timeline/timeline_controller.h"

#include <QtQml/qqmlregistration.h>
#include <QAbstractListModel>

#include <functional>
#include <memory>
#include <vector>

namespace tidemark::app::timeline {

/// The moments of the timeline's window, a row each: the same data for who reads or listens instead
/// of looking. Rows are read from the shared chunks when they are asked for; nothing is copied but
/// the order, and that only while it is not the order of time. Lives on the GUI thread.
class MomentListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(tidemark::app::timeline::TimelineController* controller READ controller WRITE
                   setController NOTIFY controllerChanged FINAL)
    Q_PROPERTY(SortKey sortKey READ sortKey NOTIFY sortChanged FINAL)
    Q_PROPERTY(bool descending READ descending NOTIFY sortChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    /// Of the held moment; -1 if it is not in the window.
    Q_PROPERTY(int currentRow READ currentRow NOTIFY currentRowChanged FINAL)
    /// Only what is looked at is kept up to date.
    Q_PROPERTY(bool active READ active WRITE setActive NOTIFY activeChanged FINAL)

public:
    enum class SortKey { Time, Event, Pages, Stored };
    Q_ENUM(SortKey)
    enum class Event { None, Snapshot, Checked, Proven };
    Q_ENUM(Event)
    enum Role {
        TimeRole = Qt::UserRole + 1,
        AgeRole,
        NumberRole,
        EventRole,
        EventTextRole,
        PagesRole,
        StoredRole,
        ShareRole,  ///< Of the tallest column, 0 to 1.
        HeldRole
    };

    explicit MomentListModel(QObject* parent = nullptr);

    [[nodiscard]] TimelineController* controller() const { return m_controller; }
    void setController(TimelineController* controller);
    [[nodiscard]] SortKey sortKey() const { return m_key; }
    [[nodiscard]] bool descending() const { return m_descending; }
    [[nodiscard]] int count() const { return static_cast<int>(m_last - m_first); }
    [[nodiscard]] int currentRow() const { return m_currentRow; }
    [[nodiscard]] bool active() const { return m_active; }
    void setActive(bool active);

    /// Sorts by `key`; by the key that is used already: the other way round.
    Q_INVOKABLE void sortBy(SortKey key);
    /// Holds the moment of `row`.
    Q_INVOKABLE void hold(int row);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

signals:
    void controllerChanged();
    void sortChanged();
    void countChanged();
    void currentRowChanged();
    void activeChanged();

private:
    void refresh();
    /// Makes `change` with all rows anew.
    void reset(const std::function<void()>& change);
    void reorder();
    void tellContents();
    [[nodiscard]] bool continues(const TimelineData& data) const;
    [[nodiscard]] int rowOfHeld() const;
    void slideTo(std::size_t first, std::size_t last);
    void followHeld();
    void tellAges();
    [[nodiscard]] std::size_t indexOf(int row) const;
    [[nodiscard]] Event eventOf(std::size_t index) const;
    [[nodiscard]] QString eventText(std::size_t index) const;

    TimelineController* m_controller = nullptr;
    std::shared_ptr<const TimelineData> m_data;  // Shared with the controller.
    std::size_t m_first = 0;
    std::size_t m_last = 0;
    std::vector<std::uint32_t> m_order;  // Offsets from m_first; empty when sorted by time.
    SortKey m_key = SortKey::Time;
    bool m_descending = true;
    bool m_active = false;
    int m_currentRow = -1;
    Millis m_toldMs = 0;  // The time of which the ages were told.
};

}  // namespace tidemark::app::timeline
