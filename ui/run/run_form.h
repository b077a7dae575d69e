// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>

#include <QStringList>
#include <QWidget>

#include "run/run_spec.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace slipway::ui
{

class FieldProblem;
class LinesEdit;
class RowsEditor;

// The fields of a RunSpec, each with room for its problem below it. Knows no engine. GUI thread.
class RunForm : public QWidget
{
    Q_OBJECT

public:
    explicit RunForm(QWidget* parent = nullptr);

    void setSpec(const RunSpec& spec);
    [[nodiscard]] RunSpec spec() const;
    void setImages(const QStringList& names);
    void setNetworks(const QStringList& names);
    void setVolumes(const QStringList& names) { m_volumes = names; } // offered by mount rows made later
    void setImageNote(const QString& note);                          // below the image: where it comes from

    // Below the field, or below its entry ROW. Brings a folded field into view.
    void say(RunField field, int row, const QString& text, const QString& fix = {}, std::function<void()> run = {});
    void warn(RunField field, int row, const QString& text, const QString& fix = {}, std::function<void()> run = {});
    bool clearProblems(); // false when a number field holds none: that stays said
    void focusField(RunField field);
    void usePort(int row, quint16 hostPort);
    void addPort(const PortMapping& port);
    void chooseFolder(int row);

signals:
    void changed();
    void commandPasted(const QString& text); // a whole docker run came where an image was expected

private:
    void buildBasics(QFormLayout* form);
    void buildLists(QFormLayout* form);
    void buildMore(QFormLayout* form);
    void addField(QFormLayout* form, RunField field, const QString& label, QWidget* editor);
    void loadEnvFile();
    void showMore(bool on);
    [[nodiscard]] FieldProblem* problemOf(RunField field, int row);

    QComboBox *m_image, *m_network, *m_restart;
    QLabel* m_imageNote;
    QLineEdit *m_name, *m_command, *m_memory, *m_cpus, *m_pids, *m_options;
    RowsEditor *m_ports, *m_mounts;
    LinesEdit *m_env, *m_labels;
    QCheckBox *m_interactive, *m_tty, *m_remove;
    QToolButton* m_more;
    QWidget* m_morePart;
    QStringList m_volumes;
    std::map<RunField, FieldProblem*> m_problems;
    std::map<RunField, QWidget*> m_editors;
    bool m_filling = false;
};

} // namespace slipway::ui
