// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QTextCursor>
#include <QTimer>
#include <QWidget>

#include "bridge/engine_bridge.h"
#include "dockerfile/analysis.h"
#include "dockerfile/build_run.h"
#include "dockerfile/build_settings.h"
#include "dockerfile/completion.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSplitter;
class QTabWidget;
class QToolButton;
class QVBoxLayout;

namespace slipway::ui
{

class BuildOutput;
class CodeEditor;
class Jobs;
class MessageBar;
class Outline;
class ProblemList;
class ReplaceBar;
class TextFile;

// One open file: the editor with the outline of its stages, its problems, and, when it is a Dockerfile, the build: one click
// (Ctrl+B) builds what stands in the editor, saved or not; the gutter says what becomes of each line, the output what each step
// said; then it can be run. GUI thread.
class DockerfileView : public QWidget
{
    Q_OBJECT

public:
    DockerfileView(EngineBridge& bridge, Jobs& jobs, QWidget* parent = nullptr);
    ~DockerfileView() override;

    [[nodiscard]] Status open(const QString& path);
    void setNew(const QString& text); // a file without a name
    void setPast(const dockerapi::PastBuild& build); // the settings that it was made with
    // Asks for a name if it has none; THEN runs after it is saved, not after a failure or a change of mind.
    void save(std::function<void()> then = {});
    void saveAs(std::function<void()> then = {});
    void build();
    void cancelBuild();
    void askOptions();
    void openShell(int line); // in the state after the instruction there, before it if that failed; from 0
    void find(bool replace);
    void goToLine();
    [[nodiscard]] QString path() const;
    [[nodiscard]] QString title() const; // its name, as short as it is plain
    [[nodiscard]] bool isModified() const;
    [[nodiscard]] bool isDockerfile() const;
    [[nodiscard]] CodeEditor& editor() const { return *m_editor; }
    [[nodiscard]] const std::shared_ptr<BuildRun>& run() const { return m_run; }

signals:
    void titleChanged();
    void saved(const QString& path);
    void runRequested(const QString& image);

private:
    enum Panels { Problems, Output }; // then shells
    void buildToolBar(QVBoxLayout* column);
    void buildPanels();
    void showName();
    void textChanged();
    void analyse();
    void take(const std::shared_ptr<const Analysis>& analysis);
    void buildAnalysed(); // what m_analysis is of
    void showTargets();
    void showBuild();
    void showMarks();
    void forecastSoon();
    void askForecast();
    void takeForecast(const std::vector<dockerapi::BuildForecast>& steps);
    void showForecast();
    void fillLineMenu(QMenu* menu, int line);
    [[nodiscard]] const BuildRun::Step* stepAt(int line) const; // of the run; null: none
    void showStep(int line);
    void placeLines(const dockerfile::File& file);
    [[nodiscard]] int lineOf(const BuildRun::Step& step) const; // from 0; -1: nowhere
    void askImages();
    void changedOnDisk();
    void saveTo(const QString& path, const std::function<void()>& then);
    void reload();
    void setSettings(const BuildSettings& settings);
    [[nodiscard]] Completion completionFor(const QString& text, int position);
    [[nodiscard]] QStringList entriesOf(const QString& folder) const;

    EngineBridge& m_bridge;
    Jobs& m_jobs;
    TextFile* m_file;
    CodeEditor* m_editor;
    Analyser* m_analyser;
    std::shared_ptr<const Analysis> m_analysis;
    std::shared_ptr<BuildRun> m_run;
    std::map<int, QTextCursor> m_builtLines; // of the run's Dockerfile, from 1: where each instruction is by now
    std::vector<int> m_stepLines;            // of its steps in order, for an engine that names no lines
    BuildSettings m_settings;
    QTimer m_analyseSoon, m_clock, m_forecastSoon;
    std::vector<dockerapi::BuildForecast> m_forecast; // of what stood there at m_forecastRevision
    int m_forecastRevision = -1, m_builtRevision = -1;
    qint64 m_forecastMs = 0; // what the last one took
    bool m_forecasts = true; // the engine can
    Request m_forecastRequest;
    int m_revision = 0;
    bool m_buildWanted = false; // as soon as the text is analysed
    QStringList m_images; // local, for completion
    bool m_imagesAsked = false;
    Request m_imagesRequest;
    QWidget* m_buildBar;
    MessageBar* m_message;
    ReplaceBar* m_replace;
    Outline* m_outline;
    ProblemList* m_problems;
    BuildOutput* m_output;
    QTabWidget* m_panels;
    QSplitter *m_columns, *m_rows;
    QLineEdit* m_tag;
    QComboBox* m_target;
    QPushButton *m_build, *m_runButton;
    QToolButton* m_options;
    QLabel* m_state;
};

} // namespace slipway::ui
