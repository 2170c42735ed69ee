#pragma once

#include <QObject>
#include <QQuickItem>
#include <QQuickWindow>
#include <QStringList>

/// What a screen reader finds, and a keyboard: for QML tests of whole screens.
class Reader : public QObject {
    Q_OBJECT

public:
    /// Empty, or a line for each thing in the window of `item` that can be reached or used and has
    /// no name: by what the accessibility tree says, and by where the Tab key goes.
    Q_INVOKABLE QString nameless(QQuickItem* item) const;

    /// Names below `item` of all that the tree holds with `role` (a QAccessible::Role by name).
    Q_INVOKABLE QStringList named(QQuickItem* item, const QString& role) const;

    /// "Slider: Timeline = 60 of 1..60 by 1": role, name and value of one item.
    Q_INVOKABLE QString described(QQuickItem* item) const;
    Q_INVOKABLE QString description(QQuickItem* item) const;

    /// The name of what has the keyboard; empty when it has none.
    Q_INVOKABLE QString focusName(QQuickWindow* window) const;

    /// Presses a key where the keyboard is, in any window.
    Q_INVOKABLE void press(QQuickWindow* window, int key, int modifiers = 0) const;

    /// Whether the window is the active one, waited for.
    Q_INVOKABLE bool activated(QQuickWindow* window) const;

    /// Empty, or a line for each visible thing of the tree below `item` that leaves it to the left
    /// or right.
    Q_INVOKABLE QString outside(QQuickItem* item) const;
};
