#pragma once

#include <QCoreApplication>
#include <QTest>
#include <QTranslator>

namespace tidemark::app::tests {

/// The program's words as people read them, with their plurals. For initTestCase().
inline void speakEnglish()
{
    auto* const words = new QTranslator(QCoreApplication::instance());
    QVERIFY(words->load(QStringLiteral(TIDEMARK_ENGLISH)));
    QCoreApplication::installTranslator(words);
}

}  // namespace tidemark::app::tests
