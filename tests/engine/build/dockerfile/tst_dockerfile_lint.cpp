// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/dockerfile/lint.h"

using namespace slipway::dockerfile;

// Each of BuildKit's rules where it must speak and where it must not. A verdict is "Rule@line", in the order of the text.
class TestDockerfileLint : public QObject
{
    Q_OBJECT

    static QByteArray verdicts(const std::vector<Diagnostic>& found)
    {
        QByteArray text;
        for (const Diagnostic& each : found)
            text += (text.isEmpty() ? "" : " ") + QByteArray::fromStdString(each.rule) + '@' + QByteArray::number(each.range.start.line);
        return text;
    }
    static std::vector<Diagnostic> check(const char* text, const LintOptions& options = {}) { return lint(parse(text), options); }

private slots:
    void rules_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const char* text, const char* expected) { QTest::newRow(name) << QByteArray(text) << QByteArray(expected); };
        row("clean", "FROM alpine:3 AS base\nWORKDIR /app\nCOPY . .\nRUN make\nCMD [\"./app\"]\n", "");
        row("stage name", "FROM scratch AS Base\n", "StageNameCasing@1");
        row("as", "FROM scratch as base\n", "FromAsCasing@1");
        row("as lower", "from scratch as base\n", "");
        row("mixed from says nothing of as", "From scratch as base\nRUN x\nRUN y\n", "ConsistentInstructionCasing@1");
        row("empty continuation", "FROM scratch\nRUN a \\\n\n  b\n", "NoEmptyContinuation@3");
        row("casing", "FROM scratch\nRUN a\ncopy b /\nEnv A=1\n", "ConsistentInstructionCasing@3 ConsistentInstructionCasing@4");
        row("casing lower", "from scratch\nrun a\nCOPY b /\n", "ConsistentInstructionCasing@3");
        row("duplicate", "FROM scratch AS a\nFROM scratch AS a\n", "DuplicateStageName@2");
        row("reserved", "FROM scratch AS context\nFROM scratch AS scratch\n", "ReservedStageName@1 ReservedStageName@2");
        row("json", "FROM scratch\nENTRYPOINT run it\nCMD [\"x\"]\n", "JSONArgsRecommended@2");
        row("json with shell", "FROM scratch\nSHELL [\"/bin/bash\", \"-c\"]\nCMD run it\n", "");
        row("maintainer", "FROM scratch\nMAINTAINER me\n", "MaintainerDeprecated@2");
        row("from arg", "ARG VERSION=3\nFROM alpine:$VERSOIN\n", "UndefinedArgInFrom@2 InvalidDefaultArgInFrom@2");
        row("from platform arg", "FROM --platform=$BUILDPLATFORM alpine\n", "");
        row("from default", "ARG BASE\nFROM $BASE\n", "InvalidDefaultArgInFrom@2");
        row("from default given", "ARG BASE=alpine\nFROM $BASE\n", "");
        row("workdir", "FROM scratch\nWORKDIR app\nWORKDIR sub\n", "WorkdirRelativePath@2");
        row("workdir of a stage before", "FROM scratch AS a\nWORKDIR /app\nFROM a\nWORKDIR sub\n", "");
        row("undefined", "FROM scratch\nARG a\nCOPY $a $b .\nENV c=$c PATH=$PATH:/x\n", "UndefinedVar@3 UndefinedVar@4");
        row("undefined after base", "FROM alpine\nENV DIR=/x\nCOPY a $DRI\nCOPY a $JAVA_HOME\n", "UndefinedVar@3");
        row("multiple", "FROM scratch\nCMD [\"a\"]\nCMD [\"b\"]\nENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\nHEALTHCHECK NONE\nHEALTHCHECK CMD x\n",
            "MultipleInstructionsDisallowed@2 MultipleInstructionsDisallowed@4 MultipleInstructionsDisallowed@6");
        row("multiple in two stages", "FROM scratch AS a\nCMD [\"a\"]\nFROM a\nCMD [\"b\"]\n", "");
        row("legacy", "FROM scratch\nENV a b c\nLABEL d e\nENV f=g\n", "LegacyKeyValueFormat@2 LegacyKeyValueFormat@3");
        row("target platform", "FROM --platform=$TARGETPLATFORM alpine\n", "RedundantTargetPlatform@1");
        row("constant platform", "FROM --platform=linux/arm64 alpine\nFROM --platform=linux/arm64 alpine AS build-arm64\n", "FromPlatformFlagConstDisallowed@1");
        row("secrets", "FROM scratch\nARG API_KEY\nENV DB_PASSWORD=x MONKEY=y PUBLIC_KEY=z TOKEN_FILE=f\nENV github_token=x\n",
            "SecretsUsedInArgOrEnv@2 SecretsUsedInArgOrEnv@3 SecretsUsedInArgOrEnv@4");
        row("expose", "FROM scratch\nEXPOSE 80/TCP 127.0.0.1:80:80 5000-5010/udp\n", "ExposeProtoCasing@2 ExposeInvalidFormat@2");
        row("skipped by the file", "# check=skip=MaintainerDeprecated,StageNameCasing\nFROM scratch AS A\nMAINTAINER me\n", "");
        row("skipped by a comment", "FROM scratch\n# check=skip=MaintainerDeprecated\nMAINTAINER me\n", "");
        row("all skipped", "# check=skip=all\nFROM scratch AS A\nMAINTAINER me\n", "");
        row("descriptions", "# check=experimental=all\n# the base\nFROM scratch AS base\n# base is fine\nFROM scratch AS base2\n# a what it is\nARG a\n",
            "InvalidDefinitionDescription@3 InvalidDefinitionDescription@5");
    }
    void rules()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(verdicts(check(text.constData())), expected);
    }

    void wordsAndFixes()
    {
        const auto only = [](const char* text) { return check(text).at(0); };
        const Diagnostic casing = only("FROM scratch AS Build\n");
        QCOMPARE(casing.message, std::string("Stage name 'Build' should be lowercase"));
        QCOMPARE(casing.fix, std::string("build"));
        QCOMPARE(casing.range, (Range{{1, 17}, {1, 22}}));
        QCOMPARE(only("FROM scratch\nENV a b c\n").fix, std::string("ENV a=\"b c\""));
        QCOMPARE(only("FROM scratch\nMAINTAINER me <me@x>\n").fix, std::string("LABEL org.opencontainers.image.authors=\"me <me@x>\""));
        QCOMPARE(only("ARG VERSION=3\nFROM alpine:3$VERSOIN\n").message, std::string("FROM argument 'VERSOIN' is not declared (did you mean VERSION?)"));
        QCOMPARE(only("FROM scratch\nENV DIR=/x\nCOPY a $DRI\n").message, std::string("Usage of undefined variable '$DRI' (did you mean $DIR?)"));
        QCOMPARE(only("FROM scratch\nEXPOSE 80/TCP\n").fix, std::string("80/tcp"));
        QCOMPARE(only("FROM scratch\ncopy a /\nRUN x\n").message, std::string("Command 'copy' should match the case of the command majority (uppercase)"));
    }

    void whatTheCallerKnows()
    {
        LintOptions options;
        options.baseImage = [](const std::string& name) { return LintOptions::BaseImage{{"JAVA_HOME=/jdk"}, name == "arm" ? "linux/arm64" : "linux/amd64"}; };
        options.ignored = [](const std::string& path) { return path == "secret"; };
        QCOMPARE(verdicts(check("FROM x\nCOPY a $JAVA_HOME\nCOPY a $OTHER\n", options)), QByteArray("UndefinedVar@3"));
        QCOMPARE(verdicts(check("FROM arm\n", options)), QByteArray("InvalidBaseImagePlatform@1"));
        QCOMPARE(verdicts(check("FROM x\nCOPY ./secret open /\nADD secret /\nCOPY --from=y secret /\n", options)), QByteArray("CopyIgnoredFile@2 CopyIgnoredFile@3"));
        options.allStages = false;
        QCOMPARE(verdicts(check("FROM x AS unused\nMAINTAINER me\nFROM x\n", options)), QByteArray());
        QVERIFY(warningsAreErrors(parse("# check=error=true\nFROM scratch\n")));
        QCOMPARE(lintRules().size(), std::size_t(22));
    }
};

QTEST_GUILESS_MAIN(TestDockerfileLint)
#include "tst_dockerfile_lint.moc"
