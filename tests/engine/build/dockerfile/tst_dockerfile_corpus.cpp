// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QtTest>

#include "build/dockerfile/dockerfile.h"
#include "build/dockerfile/expand.h"

using namespace slipway;
using namespace slipway::dockerfile;

// BuildKit's own cases and other people's Dockerfiles, where the folder with them is beside the project.
class TestDockerfileCorpus : public QObject
{
    Q_OBJECT

    static QString corpora()
    {
        const QString own = qEnvironmentVariable("SLIPWAY_CORPORA");
        return own.isEmpty() ? QStringLiteral(SLIPWAY_SOURCE_DIR "/../shared/corpora/") : own + QLatin1Char('/');
    }
    static QByteArray read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static bool missing(const QString& name)
    {
        return !QDir(corpora() + name).exists();
    }

private slots:
    void trees()
    {
        if (missing(QStringLiteral("buildkit-parser")))
            QSKIP("no ../shared/corpora/buildkit-parser: BuildKit's trees were not compared");
        int count = 0;
        for (const QString& name : QDir(corpora() + QStringLiteral("buildkit-parser/testfiles")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QString folder = corpora() + QStringLiteral("buildkit-parser/testfiles/") + name;
            const Syntax syntax = parseSyntax(read(folder + QStringLiteral("/Dockerfile")).toStdString());
            QVERIFY2(std::ranges::none_of(syntax.diagnostics, [](const auto& each) { return each.severity == Severity::Error; }), qPrintable(name));
            const QByteArray expected = read(folder + QStringLiteral("/result")).trimmed();
            QVERIFY2(QByteArray::fromStdString(syntax.dump()).trimmed() == expected,
                     (name.toUtf8() + "\n" + QByteArray::fromStdString(syntax.dump())).constData());
            ++count;
        }
        QCOMPARE(count, 33);
    }

    void refusals()
    {
        if (missing(QStringLiteral("buildkit-parser")))
            QSKIP("no ../shared/corpora/buildkit-parser: BuildKit's refusals were not compared");
        int count = 0;
        for (const QString& name : QDir(corpora() + QStringLiteral("buildkit-parser/testfiles-negative")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const Syntax syntax = parseSyntax(read(corpora() + QStringLiteral("buildkit-parser/testfiles-negative/") + name + QStringLiteral("/Dockerfile")).toStdString());
            QVERIFY2(!syntax.diagnostics.empty(), qPrintable(name));
            ++count;
        }
        QCOMPARE(count, 4);
    }

    void expansions()
    {
        if (missing(QStringLiteral("buildkit-parser")))
            QSKIP("no ../shared/corpora/buildkit-parser: BuildKit's expansions were not compared");
        const Lookup lookup = [](std::string_view name) -> std::optional<std::string> {
            static const std::map<std::string, std::string, std::less<>> values = {
                {"PWD", "/home"}, {"SHELL", "bash"}, {"KOREAN", "한국어"}, {"NULL", ""}};
            const auto found = values.find(name);
            return found == values.end() ? std::nullopt : std::optional(found->second);
        };
        int rows = 0;
        for (const QByteArray& raw : read(corpora() + QStringLiteral("buildkit-parser/envVarTest")).split('\n')) {
            const QByteArray line = raw.trimmed();
            if (line.isEmpty() || line.startsWith('#'))
                continue;
            const QList<QByteArray> cells = line.split('|');
            QCOMPARE(cells.size(), 3);
            ++rows;
            if (cells[0].trimmed() == "W")
                continue;
            const auto result = expand(cells[1].trimmed().toStdString(), lookup);
            const QByteArray got = result ? QByteArray::fromStdString(result->text) : QByteArray("error");
            QVERIFY2(got == cells[2].trimmed(), (line + " gave " + got).constData());
        }
        QCOMPARE(rows, 230);
    }

    void wordRows()
    {
        if (missing(QStringLiteral("buildkit-parser")))
            QSKIP("no ../shared/corpora/buildkit-parser: BuildKit's word rows were not compared");
        std::map<std::string, std::string, std::less<>> values;
        const Lookup lookup = [&](std::string_view name) -> std::optional<std::string> {
            const auto found = values.find(name);
            return found == values.end() ? std::nullopt : std::optional(found->second);
        };
        int rows = 0;
        for (QByteArray line : read(corpora() + QStringLiteral("buildkit-parser/wordsTest")).split('\n')) {
            if (line.isEmpty())
                continue;
            ++rows;
            if (line.startsWith('#'))
                continue;
            if (line.startsWith("ENV ")) {
                line = line.mid(4);
                const auto start = line.indexOf('=');
                values[line.left(start).trimmed().toStdString()] = line.mid(start + 1).toStdString();
                continue;
            }
            const auto bar = line.indexOf('|');
            QByteArray expected = line.mid(bar + 1);
            while (expected.startsWith(' '))
                expected.remove(0, 1);
            const auto result = expand(line.left(bar).trimmed().toStdString(), lookup);
            QByteArrayList got;
            if (result) {
                for (const std::string& word : result->words)
                    got << QByteArray::fromStdString(word);
            } else
                got << "error";
            QVERIFY2(got == expected.split(','), (line + " gave " + got.join(',')).constData());
        }
        QCOMPARE(rows, 30);
    }

    void otherPeoplesFiles()
    {
        if (missing(QStringLiteral("awesome-compose")))
            QSKIP("no ../shared/corpora/awesome-compose: its Dockerfiles were not read");
        int count = 0;
        QDirIterator walk(corpora() + QStringLiteral("awesome-compose"), QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            const QString path = walk.next();
            if (!walk.fileName().contains(QLatin1String("ockerfile")) || walk.fileName().contains(QLatin1String("ignore")))
                continue;
            const File file = parse(read(path).toStdString());
            const auto* error = file.firstError();
            QVERIFY2(!error, qPrintable(path + QStringLiteral(": ") + QString::fromStdString(error ? error->message : "")));
            QVERIFY(!file.stages.empty());
            ++count;
        }
        QVERIFY2(count >= 35, QByteArray::number(count).constData());
    }
};

QTEST_GUILESS_MAIN(TestDockerfileCorpus)
#include "tst_dockerfile_corpus.moc"
