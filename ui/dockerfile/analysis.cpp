// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/analysis.h"

#include <QFile>
#include <QThreadPool>

#include "bridge/engine_bridge.h"
#include "build/dockerfile/lint.h"
#include "build/dockerfile/path_pattern.h"
#include "dockerfile/text_file.h"

namespace slipway::ui
{
namespace
{
namespace df = dockerfile;

std::vector<std::string_view> linesOf(std::string_view text)
{
    std::vector<std::string_view> lines;
    for (std::size_t at = 0;;) {
        const std::size_t end = text.find('\n', at);
        lines.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
        if (end == std::string_view::npos)
            return lines;
        at = end + 1;
    }
}

int unitsBefore(std::string_view line, int column) // COLUMN counts bytes from 1
{
    const auto bytes = std::min(line.size(), static_cast<std::size_t>(std::max(0, column - 1)));
    return static_cast<int>(QString::fromUtf8(line.data(), static_cast<qsizetype>(bytes)).size());
}

Problem problemOf(const df::Diagnostic& diagnostic, const std::vector<std::string_view>& lines)
{
    const auto lineAt = [&](int number) { return std::clamp(number - 1, 0, static_cast<int>(lines.size()) - 1); };
    Problem problem;
    problem.line = lineAt(diagnostic.range.start.line);
    problem.endLine = std::max(problem.line, lineAt(diagnostic.range.end.line));
    problem.column = unitsBefore(lines[std::size_t(problem.line)], diagnostic.range.start.column);
    problem.endColumn = unitsBefore(lines[std::size_t(problem.endLine)], diagnostic.range.end.column);
    problem.severity = diagnostic.severity;
    problem.rule = QString::fromStdString(diagnostic.rule);
    problem.message = QString::fromStdString(diagnostic.message);
    if (diagnostic.hasFix) {
        problem.fix = QString::fromStdString(diagnostic.fix);
    } else if (problem.line == problem.endLine && problem.column >= problem.endColumn) {
        problem.column = 0;
        problem.endColumn = std::max(1, unitsBefore(lines[std::size_t(problem.line)], 1 << 30));
    }
    return problem;
}

QString firstOf(const QStringList& files)
{
    for (const QString& name : files)
        if (QFile file(name); file.open(QFile::ReadOnly))
            return QString::fromUtf8(file.read(TextFile::largest));
    return {};
}
} // namespace

int Analysis::count(df::Severity severity) const
{
    return static_cast<int>(std::ranges::count(problems, severity, &Problem::severity));
}

Analysis analyse(const QString& text, const QString& ignore)
{
    const std::string bytes = text.toStdString();
    auto file = std::make_shared<df::File>(df::parse(bytes));
    std::vector<df::Diagnostic> found;
    for (const df::Diagnostic& each : file->diagnostics)
        if (each.severity == df::Severity::Error)
            found.push_back(each);
    df::LintOptions options;
    options.practices = true;
    if (const auto rules = df::IgnoreFile::parse(ignore.toStdString()); rules && !rules->empty() && !rules->hasExceptions())
        options.ignored = [rules = *rules](const std::string& path) { return rules.ignores(path); };
    const auto advice = df::lint(*file, options);
    found.insert(found.end(), advice.begin(), advice.end());
    std::ranges::stable_sort(found, {}, [](const df::Diagnostic& each) { return each.range.start; });

    Analysis result;
    const auto lines = linesOf(bytes);
    for (const df::Diagnostic& each : found)
        result.problems.push_back(problemOf(each, lines));
    result.file = std::move(file);
    return result;
}

void Analyser::analyse(const QString& text, const QStringList& ignoreFiles, int revision)
{
    Wish wish{text, ignoreFiles, revision};
    if (m_running)
        m_waiting = std::move(wish);
    else
        start(std::move(wish));
}

void Analyser::start(Wish wish)
{
    m_running = true;
    auto done = onGui<std::shared_ptr<const Analysis>>(this, [this](const std::shared_ptr<const Analysis>& analysis) {
        m_running = false;
        if (m_waiting) {
            Wish next = *std::exchange(m_waiting, std::nullopt);
            start(std::move(next));
        }
        emit analysed(analysis);
    });
    QThreadPool::globalInstance()->start([done = std::move(done), wish = std::move(wish)] {
        auto made = std::make_shared<Analysis>(ui::analyse(wish.text, firstOf(wish.ignoreFiles)));
        made->revision = wish.revision;
        done(std::move(made));
    });
}

} // namespace slipway::ui
