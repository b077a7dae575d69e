// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>

#include "bridge/engine_bridge.h"
#include "dockerfile/build_settings.h"
#include "jobs/job.h"
#include "logs/line_store.h"

namespace slipway::ui
{

class Jobs;

// One build, from its start to its image: its steps, their output, and the job that shows it elsewhere and cancels it. The page
// that shows it and the job share it: the page gone, the build goes on. GUI thread.
class BuildRun : public QObject, public std::enable_shared_from_this<BuildRun>
{
    Q_OBJECT

public:
    enum class State : std::uint8_t { Running, Succeeded, Failed, Cancelled };
    struct Step
    {
        enum class State : std::uint8_t { Running, Cached, Done, Failed, Cancelled };
        int number = 0, line = 0; // line of the Dockerfile, from 1; 0 = unknown
        QString text;
        State state = State::Running;
        qint64 startedMs = 0, ms = 0; // since the build began, by the engine's clock if it says; how long
        qint64 size = 0;              // of its layer, bytes
        std::uint64_t outputLine = 0; // in output(), where it is named
    };

    BuildRun() = default;
    // FILE: the Dockerfile, for the engine and the titles; TEXT is what is built.
    static std::shared_ptr<BuildRun> start(EngineBridge& bridge, Jobs& jobs, const BuildSettings& settings, const QString& file, const QString& text);
    // One that was made before, as STEPS told of it.
    static std::shared_ptr<BuildRun> past(const dockerapi::PastBuild& build, const std::vector<dockerapi::BuildStep>& steps);
    void cancel();
    void setShown(std::function<bool()> shown); // whether somebody sees what becomes of it: see Job

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const std::vector<Step>& steps() const { return m_steps; }
    [[nodiscard]] int total() const { return m_total; }
    [[nodiscard]] const LineStore& output() const { return m_output; }
    [[nodiscard]] LineStore& output() { return m_output; }
    [[nodiscard]] QString error() const { return m_error; }
    [[nodiscard]] QString image() const { return m_image; } // name, or id when it has none
    [[nodiscard]] qint64 elapsedMs() const { return m_state == State::Running && m_clock.isValid() ? m_clock.elapsed() : m_elapsed; }
    [[nodiscard]] int cachedSteps() const;

signals:
    void changed();       // a step, the state
    void outputChanged(); // more lines
    void finished();

private:
    void take(const std::vector<dockerapi::BuildStep>& news);
    void take(const dockerapi::BuildStep& news);
    void end(const Result<std::string>& result);
    void finish(State state, const QString& error);
    void print(const QString& text, bool isStderr = false);
    void printPiece(std::string_view text, bool isStderr); // of a step's output: lines, and perhaps the beginning of one
    void endLine();
    [[nodiscard]] Step* find(int number);
    void showInJob(const Step& step, const QString& status, double share);

    State m_state = State::Running;
    std::vector<Step> m_steps;
    int m_total = 0, m_speaker = 0; // m_speaker: the step whose output came last
    LineStore m_output{64u << 20};
    bool m_lineOpen = false, m_openIsStderr = false; // its last line waits for the rest
    QString m_error, m_image;
    QElapsedTimer m_clock;
    qint64 m_elapsed = 0;
    QPointer<Job> m_job;
};

// "3.2 s", "850 ms", "2 min 5 s".
[[nodiscard]] QString durationText(qint64 ms);

} // namespace slipway::ui
