#pragma once

#include <QCoreApplication>
#include <QLocale>
#include <QTest>
#include <QTranslator>

namespace tidemark::app::tests {

/// The program's words as people read them, with their plurals and their numbers. For
/// initTestCase().
inline void speakEnglish()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    auto* const words = new QTranslator(QCoreApplication::instance());
    QVERIFY(words->load(QStringLiteral(TIDEMARK_ENGLISH)));
    QCoreApplication::installTranslator(words);
}

}  // namespace tidemark::app::tests
