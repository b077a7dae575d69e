// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <QElapsedTimer>
#include <QObject>

#include "client/engine_client.h"

namespace slipway::ui
{

// Long work that a page starts and the Jobs area shows: a pull, a load, later builds and prunes. It outlives the page. Whoever
// starts it feeds it (take(), setPart(), finish()) and it says how far it is, how fast and how long to go. GUI thread.
class Job : public QObject
{
    Q_OBJECT

public:
    enum class State : std::uint8_t { Running, Done, Failed, Cancelled };

    // A layer or step.
    struct Part
    {
        std::string id;
        QString label, status;           // "3f4a…", "Downloading"
        std::int64_t current = 0, total = 0; // bytes; total 0 = unknown
        double share = 0;                // 0-1, how much of the part is done
        bool done = false;
    };

    // ICON of resources/icons; TITLE says verb and thing: "Pull nginx:latest".
    Job(const char* icon, const QString& title, QObject* parent = nullptr);

    // What cancel() drops: the request under way. Dropping it cancels it at the engine.
    void hold(Request request);
    // A line of the engine's progress, as of pull, load and push.
    void take(const dockerapi::ProgressLine& line);
    void setPart(const Part& part); // by its id; new ones go to the end
    void setSteps(int total) { m_steps = total; } // its parts are steps of so many, not all of them known yet
    void setOutcome(const QString& text) { m_outcome = text; } // what to say when it went well
    void setRetry(std::function<void()> retry) { m_retry = std::move(retry); } // offered after a failure
    void setShown(std::function<bool()> shown) { m_shown = std::move(shown); } // a failure is told where it was started too
    [[nodiscard]] bool isShown() const { return m_shown && m_shown(); }
    void finish(const Status& status); // once; later calls are ignored
    void cancel();                     // nothing after the end

    [[nodiscard]] const char* icon() const { return m_icon; }
    [[nodiscard]] QString title() const { return m_title; }
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] const std::vector<Part>& parts() const { return m_parts; }
    [[nodiscard]] double share() const; // 0-1; negative while nobody can know
    [[nodiscard]] double rate() const;  // bytes a second over the last seconds; 0 = none
    [[nodiscard]] int secondsLeft() const; // -1 = nobody knows
    // One line: "2 of 5 layers · 12 MB of 40 MB · 5 MB/s · 6 s left"; after the end what became of it.
    [[nodiscard]] QString summary() const;
    [[nodiscard]] bool canRetry() const { return m_state != State::Running && m_state != State::Done && m_retry; }
    void retry() { m_retry(); }

signals:
    void changed(); // at most some times a second
    void ended();   // it is Done, Failed or Cancelled now

private:
    struct Sample
    {
        qint64 ms;
        std::int64_t bytes;
    };
    void end(State state, const QString& outcome);
    void touch();
    [[nodiscard]] std::int64_t bytes() const;
    [[nodiscard]] std::int64_t wanted() const; // 0 while a part does not know its own

    const char* m_icon;
    QString m_title, m_outcome, m_message;
    State m_state = State::Running;
    std::vector<Part> m_parts;
    std::deque<Sample> m_samples;
    QElapsedTimer m_clock;
    int m_steps = 0; // 0: its parts are layers
    qint64 m_told = -1000; // ms of the last changed()
    std::function<void()> m_retry;
    std::function<bool()> m_shown;
    Request m_request;
};

} // namespace slipway::ui
