// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QtTest>

#include "build/dockerfile/practices.h"
#include "build/dockerfile/shell_commands.h"

using namespace slipway::dockerfile;

// Each practice where it must speak and where it must not; that what it proposes mends it; and how it is switched off.
class TestPractices : public QObject
{
    Q_OBJECT

    static std::vector<Diagnostic> check(const QByteArray& text)
    {
        const File file = parse(text.toStdString());
        LintOptions options;
        options.practices = true;
        return lint(file, options);
    }
    static bool says(const std::vector<Diagnostic>& found, const QByteArray& code)
    {
        return std::ranges::contains(found, code.toStdString(), &Diagnostic::rule);
    }
    static QByteArray all(const std::vector<Diagnostic>& found)
    {
        QByteArray text;
        for (const Diagnostic& each : found)
            text += QByteArray::fromStdString(each.rule) + '@' + QByteArray::number(each.range.start.line) + ' ';
        return text;
    }
    static QByteArray mended(const QByteArray& text, const Diagnostic& what)
    {
        const auto offset = [&](const Position& at) {
            qsizetype begin = 0;
            for (int line = 1; line < at.line; ++line)
                begin = text.indexOf('\n', begin) + 1;
            return begin + at.column - 1;
        };
        QByteArray made = text;
        return made.replace(offset(what.range.start), offset(what.range.end) - offset(what.range.start), QByteArray::fromStdString(what.fix));
    }

private slots:
    void practice_data()
    {
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<QByteArrayList>("good");
        const auto row = [](const char* code, const char* bad, const QByteArrayList& good) { QTest::newRow(qPrintable(QStringLiteral("%1 %2").arg(QLatin1StringView(code), QString::fromUtf8(bad).simplified()))) << QByteArray(code) << QByteArray(bad) << good; };
        const auto run = [row](const char* code, const char* bad, const QByteArrayList& good) { // commands on a base image
            QByteArrayList files;
            for (const QByteArray& each : good)
                files << "FROM debian:12\nRUN " + each + '\n';
            row(code, ("FROM debian:12\nRUN " + QByteArray(bad) + '\n').constData(), files);
        };
        row("DL1001", "# check=experimental=DL1001\nFROM debian:12\n# hadolint ignore=DL3003\nRUN cd /a\n", {"# check=experimental=DL1001\nFROM debian:12\n# cd is fine\nRUN a\n"});
        run("DL3001", "service nginx start", {"echo service", "apt-get -y install kill=1"});
        run("DL3001", "x=$(ps aux)", {"psql -c x"});
        row("DL3002", "FROM debian:12\nUSER root\nRUN a\n", {"FROM debian:12\nUSER root\nRUN a\nUSER 1000\n", "FROM debian:12\nRUN a\n"});
        row("DL3002", "FROM debian:12\nUSER 1000\nUSER 0:0\n", {"FROM debian:12\nUSER rooty\n"});
        run("DL3003", "cd /tmp && make", {"make -C /tmp", "echo cd"});
        run("DL3003", "if true; then cd /tmp; fi", {"(echo a; b)"});
        run("DL3004", "sudo apt-get update", {"echo sudo", "adduser sudo"});
        row("DL3006", "FROM debian\n", {"FROM debian:12\n", "FROM scratch\n", "FROM debian:12 AS a\nFROM a\n", "ARG V\nFROM $V\n", "FROM debian@sha256:0123456789012345678901234567890123456789012345678901234567890123\n", "FROM localhost:5000/a:1\n"});
        row("DL3006", "ARG BASE=debian\nFROM localhost:5000/$BASE\n", {"ARG BASE=debian:12\nFROM $BASE\n"});
        row("DL3007", "FROM debian:latest\n", {"FROM debian:12\n", "FROM latest:12\n"});
        run("DL3008", "apt-get update && apt-get install -y curl=7 git", {"apt-get install -y curl=7", "apt-get install -t stable -y curl=7", "apt-get install ./a.deb", "apt-get install $PACKAGES", "apt-get install -y git/stable"});
        run("DL3009", "apt-get update && apt-get install -y a=1", {"apt-get update && apt-get install -y a=1 && rm -rf /var/lib/apt/lists/*", "--mount=type=cache,target=/var/lib/apt apt-get update"});
        row("DL3010", "FROM debian:12\nCOPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz\n", {"FROM debian:12\nADD app.tar.gz /tmp/\n", "FROM debian:12\nCOPY app.tar.gz /tmp/\nRUN tar -czf /tmp/app.tar.gz /a\n", "FROM debian:12\nCOPY app.zip /tmp/\nRUN unzip /tmp/app.zip\n"});
        run("DL3013", "pip install flask", {"pip install flask==2", "pip install -r requirements.txt", "pip install .", "pip install 'flask>=2'", "pip install --constraint=c.txt flask", "pip install ./flask", "pip install git+https://a/b@v1", "pip freeze", "pipenv install flask"});
        run("DL3013", "python3 -m pip install --index-url https://a/b flask", {"python3 -m venv install"});
        run("DL3014", "apt-get install curl=1", {"apt-get install -y curl=1", "apt-get -yq install curl=1", "apt-get install -qq curl=1", "apt-get --assume-yes install curl=1", "apt-get -q -q install curl=1"});
        run("DL3015", "apt-get install -y curl=1", {"apt-get install -y --no-install-recommends curl=1", "apt-get -o APT::Install-Recommends=false install -y a=1"});
        run("DL3016", "npm install express", {"npm install express@4", "npm install", "npm install ./a", "npm install @x/y@1", "npm install git+https://a/b#v1", "npm ci", "npm install a.tgz"});
        run("DL3016", "npm install -g @angular/cli", {"npm install -g @angular/cli@17 --registry https://a"});
        run("DL3018", "apk add --no-cache git", {"apk add --no-cache git=2", "apk add --no-cache 'git~2'", "apk add --no-cache --virtual .deps git=2", "apk add --no-cache ./a.apk"});
        run("DL3019", "apk add git=2", {"apk add --no-cache git=2", "--mount=type=cache,target=/var/cache/apk apk add git=2"});
        row("DL3020", "FROM debian:12\nADD app /app\n", {"FROM debian:12\nADD app.tar.gz /app\n", "FROM debian:12\nADD https://a/b /app\n", "FROM debian:12\nADD $X /app\n"});
        row("DL3021", "FROM debian:12\nCOPY a b /app\n", {"FROM debian:12\nCOPY a b /app/\n", "FROM debian:12\nCOPY a b .\n", "FROM debian:12\nCOPY a /app\n", "FROM debian:12\nCOPY a b $X\n"});
        row("DL3022", "FROM debian:12\nCOPY --from=builder /a /b\n", {"FROM debian:12 AS builder\nFROM debian:12\nCOPY --from=builder /a /b\n", "FROM debian:12\nFROM debian:12\nCOPY --from=0 /a /b\n", "FROM debian:12\nCOPY --from=nginx:1 /a /b\n"});
        row("DL3023", "FROM debian:12 AS me\nCOPY --from=me /a /b\n", {"FROM debian:12 AS me\nFROM debian:12\nCOPY --from=me /a /b\n"});
        run("DL3027", "apt install -y curl", {"apt-get install -y curl", "echo apt"});
        run("DL3028", "gem install rails", {"gem install rails:7", "gem install rails -v 7", "gem install rails --version=7"});
        run("DL3030", "yum install curl-7", {"yum install -y curl-7", "yum --assumeyes install curl-7", "yum clean all"});
        run("DL3032", "yum install -y curl-7", {"yum install -y curl-7 && yum clean all", "yum install -y curl-7 && rm -rf /var/cache/yum/*", "yum makecache"});
        run("DL3033", "yum install -y curl", {"yum install -y curl-7.1", "yum install -y a.rpm"});
        run("DL3034", "zypper install curl=7", {"zypper -n install curl=7", "zypper --non-interactive install curl=7", "zypper install -y curl=7"});
        run("DL3035", "zypper dup", {"zypper update"});
        run("DL3036", "zypper -n install curl=7", {"zypper -n install curl=7 && zypper clean"});
        run("DL3037", "zypper -n install curl", {"zypper -n install curl=7", "zypper -n install 'curl>=7'", "zypper -n install a.rpm"});
        run("DL3038", "dnf install curl-7", {"dnf install -y curl-7"});
        run("DL3040", "dnf install -y curl-7", {"dnf install -y curl-7 && dnf clean all"});
        run("DL3041", "dnf install -y curl", {"dnf install -y curl-7", "dnf module install -y nodejs:20"});
        run("DL3042", "pip install flask==2", {"pip install --no-cache-dir flask==2", "PIP_NO_CACHE_DIR=1 pip install flask==2", "--mount=type=cache,target=/root/.cache/pip pip install flask==2"});
        row("DL3042", "FROM debian:12\nENV PIP_NO_CACHE_DIR=0\nRUN pip install a==1\n", {"FROM debian:12\nENV PIP_NO_CACHE_DIR=1\nRUN pip install a==1\n"});
        row("DL3044", "FROM debian:12\nENV A=/a B=$A/b\n", {"FROM debian:12\nENV A=/a\nENV B=$A/b\n", "FROM debian:12\nENV A=/a AB=$ABC\n", "FROM debian:12\nENV A=1\nENV A=2 B=${A}\n"});
        row("DL3045", "FROM debian:12\nCOPY a b\n", {"FROM debian:12\nCOPY a /b\n", "FROM debian:12\nWORKDIR /w\nCOPY a b\n", "FROM debian:12 AS a\nWORKDIR /w\nFROM a\nCOPY a b\n", "FROM debian:12\nCOPY a $B\n"});
        run("DL3046", "useradd -u 1234567 me", {"useradd -l -u 1234567 me", "useradd -u 1000 me"});
        run("DL3047", "wget https://a/b", {"wget -q https://a/b", "wget --progress=dot:giga https://a/b", "wget -nv https://a", "wget -O- -o log https://a"});
        row("DL3048", "FROM debian:12\nLABEL My_Key=a\n", {"FROM debian:12\nLABEL org.example.a-b=c\n", "FROM debian:12\nLABEL \"com.example\"=c\n"});
        row("DL3057", "# check=experimental=DL3057\nFROM debian:12\n", {"# check=experimental=DL3057\nFROM debian:12\nHEALTHCHECK CMD a\n", "FROM debian:12\n"});
        row("DL3059", "FROM debian:12\nRUN a\nRUN b\n", {"FROM debian:12\nRUN a\nCOPY a /b\nRUN b\n", "FROM debian:12\nRUN a\nRUN --network=none b\n", "FROM debian:12\nRUN a && b && c\nRUN d\n"});
        run("DL3060", "yarn install", {"yarn install && yarn cache clean", "yarn build", "--mount=type=cache,target=/root/.cache/yarn yarn install"});
        run("DL3062", "go install example.com/a", {"go install example.com/a@v1", "go install ./...", "go build ./a"});
        row("DL3066", "FROM debian:12\nUSER node\n", {"FROM debian:12\nUSER 1000\n", "FROM debian:12\nARG U\nUSER $U\n", "FROM debian:12\nUSER 1000:node\n"});
        row("DL3067", "FROM debian:12 AS a\nFROM scratch\nCOPY --from=a / /\n", {"FROM debian:12 AS a\nFROM scratch\nCOPY --from=a /etc /etc\n"});
        run("DL4001", "curl -O https://a && wget -q https://b", {"curl -O https://a && curl -O https://b", "apt-get install -y curl=1 wget=1"});
        row("DL4001", "FROM debian:12\nRUN curl a\nRUN wget -q b\n", {"FROM debian:12 AS a\nRUN curl a\nFROM debian:12\nRUN wget -q b\n"});
        run("DL4005", "ln -sf /bin/bash /bin/sh", {"ln -s /bin/bash /usr/bin/bash2"});
        run("DL4006", "curl https://a | tar -x", {"set -o pipefail && curl https://a | tar -x", "a || b", "echo 'a | b'"});
        row("DL4006", "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN a | b\n", {"FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b\n", "FROM debian:12\nSHELL [\"pwsh\"]\nRUN a | b\n"});
        // How commands are written
        run("DL3004", "<<EOF\nset -e\nsudo a\nEOF", {"<<EOF\n#!/usr/bin/env python3\nsudo = 1\nEOF", "cat <<EOF > /etc/a\nsudo a\nEOF"});
        run("DL3004", "[\"sudo\", \"a\"]", {"[\"a\", \"sudo b\"]"});
        run("DL3004", "[\"/bin/sh\", \"-c\", \"a; sudo b\"]", {"[\"/bin/sh\", \"-c\", \"a 'sudo b'\"]"});
        run("DL3004", "a && \\\n    # why\n    sudo b", {"a && \\\n    # sudo b\n    b"});
        row("DL3004", "FROM debian:12\nONBUILD RUN sudo a\n", {"FROM debian:12\nONBUILD RUN a\n"});
    }
    void practice()
    {
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, bad);
        QFETCH(QByteArrayList, good);
        const auto found = check(bad);
        QVERIFY2(says(found, code), (bad + "says only: " + all(found)).constData());
        for (const QByteArray& each : good)
            QVERIFY2(!says(check(each), code), (each + "says: " + all(check(each))).constData());
        for (const Diagnostic& each : found) {
            QVERIFY2(each.severity != Severity::Error, each.message.c_str()); // it can be built
            if (each.rule != code.toStdString() || !each.hasFix)
                continue;
            const QByteArray after = mended(bad, each);
            const auto left = check(after);
            QVERIFY2(std::ranges::count(left, each.rule, &Diagnostic::rule) < std::ranges::count(found, each.rule, &Diagnostic::rule), after.constData());
            QVERIFY2(!parse(after.toStdString()).firstError(), after.constData());
        }
    }

    void eachHasItsCases()
    {
        practice_data_codes();
    }

    void mends_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char* text, const char* code, const char* after) { QTest::newRow(code) << QByteArray(text) << QByteArray(code) << QByteArray(after); };
        row("FROM debian:12\nRUN apt-get update && \\\n    apt-get install curl=1 git=2\n", "DL3014", "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl=1 git=2\n");
        row("FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl=1 git=2\n", "DL3009",
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y curl=1 git=2 && rm -rf /var/lib/apt/lists/*\n");
        row("FROM debian:12\nRUN sudo make install\n", "DL3004", "FROM debian:12\nRUN make install\n");
        row("FROM debian:12\nADD --chown=1 a /b\n", "DL3020", "FROM debian:12\nCOPY --chown=1 a /b\n");
        row("FROM alpine:3\nRUN wget -qO- https://a | tar x\n", "DL4006", "FROM alpine:3\nSHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN wget -qO- https://a | tar x\n");
        row("FROM debian:12\nCOPY a b /app\n", "DL3021", "FROM debian:12\nCOPY a b /app/\n");
        row("FROM debian:12\nCOPY app.tgz /tmp/\nRUN tar xf /tmp/app.tgz\n", "DL3010", "FROM debian:12\nADD app.tgz /tmp/\nRUN tar xf /tmp/app.tgz\n");
    }
    void mends()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, after);
        const auto found = check(text);
        const auto one = std::ranges::find(found, code.toStdString(), &Diagnostic::rule);
        QVERIFY2(one != found.end() && one->hasFix, all(found).constData());
        QCOMPARE(mended(text, *one), after);
    }

    void whatSwitchesThemOff()
    {
        const QByteArray text = "FROM debian:12\nRUN cd /a && sudo b\nRUN sudo c\n";
        QCOMPARE(all(check(text)), QByteArray("DL3003@2 DL3004@2 DL3059@3 DL3004@3 "));
        QCOMPARE(all(check("FROM debian:12\n# hadolint ignore=DL3003,DL3004\nRUN cd /a && sudo b\nRUN sudo c\n")), QByteArray("DL3059@4 DL3004@4 "));
        QCOMPARE(all(check("FROM debian:12\n# hadolint ignore=DL3003 # because\n# of that\nRUN cd /a\n")), QByteArray());
        QCOMPARE(all(check("# hadolint global ignore=DL3003,DL3004\n" + text)), QByteArray("DL3059@4 "));
        QCOMPARE(all(check("# check=skip=DL3003,DL3059\n" + text)), QByteArray("DL3004@3 DL3004@4 "));
        QCOMPARE(all(check("FROM debian:12\n# check=skip=DL3004\nRUN sudo b\n")), QByteArray());
        QCOMPARE(all(check("# check=skip=all\n" + text)), QByteArray());
        // BuildKit's rules answer to hadolint's codes too
        QCOMPARE(all(check("FROM debian:12\nMAINTAINER me\n")), QByteArray("MaintainerDeprecated@2 "));
        QCOMPARE(all(check("FROM debian:12\n# hadolint ignore=DL4000\nMAINTAINER me\n")), QByteArray());
        QCOMPARE(all(check("# hadolint global ignore=DL3025\nFROM debian:12\nCMD a\n")), QByteArray());
        // and without practices everything is as BuildKit has it
        QCOMPARE(all(lint(parse("FROM debian\n# hadolint ignore=DL4000\nMAINTAINER me\nRUN sudo a\n"))), QByteArray("MaintainerDeprecated@3 "));
    }

    void shell_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("commands");
        const auto row = [](const char* text, const char* commands) { QTest::newRow(text) << QByteArray(text) << QByteArray(commands); };
        row("a b 'c d' \"e f\" g\\ h", "a,b,c d,e f,g h");
        row("a&&b||c;d|e&f", "a|b|c|d|e|f");
        row("A=1 B='x y' a b=c", "a,b=c");
        row("if a; then b; elif c; then d; else e; fi", "a|b|c|d|e");
        row("while read x; do a \"$x\"; done < file", "read,x|a,$x");
        row("(a; { b; }) > out 2>&1", "a|b");
        row("a > out b 2> err c", "a,b,c");
        row("a $(b c) `d e` \"$(f)\"", "a,$(),$(),$()|b,c|d,e|f");
        row("a ${B:-c d} $E", "a,${B:-c d},$E");
        row("a # b; c\nd", "a|d");
        row("! a", "a");
        row("'unfinished", "unfinished");
        row("a \"$(", "a,$()");
        row("a ${", "a,${");
        row("", "");
    }
    void shell()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, commands);
        QByteArrayList made;
        for (const ShellCommand& each : readShell(text.toStdString()).commands) {
            QByteArrayList words;
            for (const ShellWord& word : each.words)
                words << QByteArray::fromStdString(word.text);
            made << words.join(',');
        }
        QCOMPARE(made.join('|'), commands);
    }

    void otherPeoplesFiles()
    {
        const QString own = qEnvironmentVariable("SLIPWAY_CORPORA");
        const QString folder = (own.isEmpty() ? QStringLiteral(SLIPWAY_SOURCE_DIR "/../shared/corpora") : own) + QStringLiteral("/awesome-compose");
        if (!QDir(folder).exists())
            QSKIP("no ../shared/corpora/awesome-compose: its Dockerfiles were not checked");
        int count = 0, advice = 0;
        QDirIterator files(folder, {QStringLiteral("Dockerfile*"), QStringLiteral("*.Dockerfile")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QFile::ReadOnly));
            const QByteArray text = file.readAll();
            const File parsed = parse(text.toStdString());
            QVERIFY2(!parsed.firstError(), qPrintable(file.fileName()));
            for (const Diagnostic& each : check(text)) {
                QVERIFY2(each.severity != Severity::Error, each.message.c_str());
                if (qEnvironmentVariableIsSet("SLIPWAY_TELL"))
                    qInfo("%s:%d %s %s", qPrintable(QDir(folder).relativeFilePath(file.fileName())), each.range.start.line, each.rule.c_str(), each.message.c_str());
                ++advice;
            }
            ++count;
        }
        QVERIFY2(count >= 30, qPrintable(QString::number(count)));
        qInfo("%d Dockerfiles, %d pieces of advice", count, advice);
    }

private:
    void practice_data_codes()
    {
        QFile source(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/engine/build/dockerfile/tst_practices.cpp"));
        QVERIFY(source.open(QFile::ReadOnly));
        const QByteArray text = source.readAll();
        for (const Practice& each : practices())
            QVERIFY2(text.contains("(\"" + QByteArray(each.code.data(), qsizetype(each.code.size())) + "\", "), each.code.data());
        QVERIFY(practices().size() >= 45);
    }
};

QTEST_GUILESS_MAIN(TestPractices)
#include "tst_practices.moc"
