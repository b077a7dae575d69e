// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "dockerfile/build_settings.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace slipway::ui
{

class FieldProblem;
class LinesEdit;

// How a Dockerfile is to be built, as a form. GUI thread.
class BuildOptions : public QDialog
{
    Q_OBJECT

public:
    // STAGES and ARGS: the names that the Dockerfile has, to choose from.
    BuildOptions(const BuildSettings& settings, const QStringList& stages, const QStringList& args, QWidget* parent);

signals:
    void chosen(const slipway::ui::BuildSettings& settings, bool buildNow); // and it closes

private:
    [[nodiscard]] BuildSettings settings() const;
    void submit(bool build);

    QLineEdit *m_tag, *m_context;
    QComboBox *m_target, *m_platform, *m_network;
    LinesEdit* m_args;
    QCheckBox *m_noCache, *m_pull;
    FieldProblem* m_problem;
};

} // namespace slipway::ui
