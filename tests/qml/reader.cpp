#include "tests/qml/reader.h"

#include <QAccessible>
#include <QCoreApplication>
#include <QMetaEnum>
#include <QQmlEngine>
#include <QTest>

#include <functional>
#include <utility>

using namespace Qt::StringLiterals;

namespace {

/// Half a pixel is rounding.
constexpr double kTolerancePx = 0.75;

QString roleName(QAccessible::Role role)
{
    const char* const key = QMetaEnum::fromType<QAccessible::Role>().valueToKey(role);
    return key == nullptr ? QString::number(role) : QString::fromLatin1(key);
}

bool isUsed(const QAccessibleInterface& thing)
{
    switch (thing.role()) {
    case QAccessible::Button:
    case QAccessible::ButtonMenu:
    case QAccessible::CheckBox:
    case QAccessible::RadioButton:
    case QAccessible::EditableText:
    case QAccessible::Slider:
    case QAccessible::ScrollBar:
    case QAccessible::PageTab:
    case QAccessible::MenuItem:
    case QAccessible::Link:
    case QAccessible::ListItem:
    case QAccessible::List:
    case QAccessible::ComboBox:
    case QAccessible::SpinBox:
    case QAccessible::ProgressBar:
    case QAccessible::Graphic:
    case QAccessible::Dialog: return true;
    default: return false;  // Where Tab stops is looked at apart.
    }
}

QString whereIs(const QObject* object)
{
    return object == nullptr
               ? u"?"_s
               : u"%1 \"%2\""_s.arg(QString::fromLatin1(object->metaObject()->className()),
                                    object->objectName());
}

/// Everything below `thing` that is not hidden, with itself.
void walk(QAccessibleInterface* thing, const std::function<void(QAccessibleInterface&)>& visit)
{
    if (thing == nullptr || !thing->isValid() || thing->state().invisible) {
        return;
    }
    visit(*thing);
    for (int i = 0; i < thing->childCount(); ++i) {
        walk(thing->child(i), visit);
    }
}

void walkItems(QQuickItem& item, const std::function<void(QQuickItem&)>& visit)
{
    if (!item.isVisible()) {
        return;
    }
    visit(item);
    for (QQuickItem* const child : item.childItems()) {
        walkItems(*child, visit);
    }
}

/// Accessible items below `item`, which need not be accessible itself.
void walkBelow(QQuickItem& item, const std::function<void(QAccessibleInterface&)>& visit)
{
    walkItems(item, [&](QQuickItem& each) {
        QAccessibleInterface* const thing = QAccessible::queryAccessibleInterface(&each);
        if (thing != nullptr && thing->isValid() && !thing->state().invisible) {
            visit(*thing);
        }
    });
}

QString nameOf(QAccessibleInterface* thing)
{
    return thing == nullptr ? QString() : thing->text(QAccessible::Name);
}

void registerReader()
{
    QAccessible::setActive(true);
    qmlRegisterSingletonType<Reader>(
        "Tidemark.Tests", 1, 0, "Reader",
        [](QQmlEngine*, QJSEngine*) -> QObject* { return new Reader; });
}

}  // namespace

Q_COREAPP_STARTUP_FUNCTION(registerReader)

QString Reader::nameless(QQuickItem* item) const
{
    QStringList lines;
    const auto look = [&](QAccessibleInterface& thing) {
        if (isUsed(thing) && nameOf(&thing).trimmed().isEmpty()) {
            lines << u"%1 %2"_s.arg(roleName(thing.role()), whereIs(thing.object()));
        }
    };
    // With what lies over the page: sheets and menus are the window's.
    QQuickItem& all = *item->window()->contentItem();
    walkBelow(all, look);
    // The tree from above, too: it is what a bridge walks.
    walk(QAccessible::queryAccessibleInterface(item->window()), look);
    walkItems(all, [&](QQuickItem& each) {
        const bool stops = each.activeFocusOnTab() && each.isEnabled();
        if (stops && nameOf(QAccessible::queryAccessibleInterface(&each)).trimmed().isEmpty()) {
            lines << u"Tab stops at %1"_s.arg(whereIs(&each));
        }
    });
    lines.removeDuplicates();
    return lines.join(u'\n');
}

QStringList Reader::named(QQuickItem* item, const QString& role) const
{
    QStringList names;
    walkBelow(*item, [&](QAccessibleInterface& thing) {
        if (roleName(thing.role()) == role) {
            names << nameOf(&thing);
        }
    });
    return names;
}

QString Reader::described(QQuickItem* item) const
{
    QAccessibleInterface* const thing = QAccessible::queryAccessibleInterface(item);
    if (thing == nullptr) {
        return {};
    }
    QString line = u"%1: %2"_s.arg(roleName(thing->role()), nameOf(thing));
    if (QAccessibleValueInterface* const value = thing->valueInterface()) {
        line += u" = %1 of %2..%3 by %4"_s.arg(
            value->currentValue().toString(), value->minimumValue().toString(),
            value->maximumValue().toString(), value->minimumStepSize().toString());
    }
    return line;
}

QString Reader::description(QQuickItem* item) const
{
    QAccessibleInterface* const thing = QAccessible::queryAccessibleInterface(item);
    return thing == nullptr ? QString() : thing->text(QAccessible::Description);
}

QString Reader::focusName(QQuickWindow* window) const
{
    return nameOf(QAccessible::queryAccessibleInterface(window->activeFocusItem()));
}

void Reader::press(QQuickWindow* window, int key, int modifiers) const
{
    QTest::keyClick(window, static_cast<Qt::Key>(key), Qt::KeyboardModifiers(modifiers));
}

bool Reader::activated(QQuickWindow* window) const
{
    window->requestActivate();
    return QTest::qWaitForWindowActive(window);
}

QString Reader::outside(QQuickItem* item) const
{
    QStringList lines;
    walkItems(*item, [&](QQuickItem& each) {
        const QVariant text = each.property("text");
        QAccessibleInterface* const thing = QAccessible::queryAccessibleInterface(&each);
        if (thing == nullptr || each.width() <= 0 || each.height() <= 0) {
            return;
        }
        const QRectF place = each.mapRectToItem(item, each.boundingRect());
        const bool leaves =
            place.left() < -kTolerancePx || place.right() > item->width() + kTolerancePx;
        if (leaves) {
            lines << u"%1 \"%2\" at %3..%4 of %5"_s.arg(whereIs(&each), text.toString())
                         .arg(place.left())
                         .arg(place.right())
                         .arg(item->width());
        }
    });
    return lines.join(u'\n');
}
