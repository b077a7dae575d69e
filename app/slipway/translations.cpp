// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

#include <utility>

namespace
{

// Slipway's texts and Qt's own in the user's language (LANGUAGE, LC_ALL, LC_MESSAGES, LANG); English where there are none.
// Runs as soon as the application object is there: what exists already is not translated again.
void installTranslations()
{
    const QString qt = QLibraryInfo::path(QLibraryInfo::TranslationsPath);
    // The one installed last is asked first.
    for (const auto& [name, folder] : {std::pair{"qtbase", qt}, {"slipway", QStringLiteral(":/i18n")}}) {
        auto* const translator = new QTranslator(QCoreApplication::instance());
        if (translator->load(QLocale(), QLatin1StringView(name), QStringLiteral("_"), folder))
            QCoreApplication::installTranslator(translator);
        else
            delete translator;
    }
}

} // namespace

Q_COREAPP_STARTUP_FUNCTION(installTranslations)
