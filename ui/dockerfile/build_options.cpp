// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_options.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLineEdit>

#include "run/field_problem.h"
#include "run/lines_edit.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int widest = 560;

QComboBox* choice(const QStringList& texts, const QString& current)
{
    auto* box = new QComboBox;
    box->addItems(texts);
    box->setCurrentIndex(std::max(0, int(texts.indexOf(current))));
    return box;
}
} // namespace

BuildOptions::BuildOptions(const BuildSettings& settings, const QStringList& stages, const QStringList& args, QWidget* parent)
    : QDialog(parent), m_tag(new QLineEdit(settings.tag)), m_context(new QLineEdit(settings.context)), m_platform(new QComboBox),
      m_args(new LinesEdit(2, 8)), m_noCache(new QCheckBox(tr("Run every step again"))), m_pull(new QCheckBox(tr("Look for newer base images"))),
      m_problem(new FieldProblem)
{
    setObjectName(QLatin1StringView(names::buildOptions));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Build options"));
    resize(widest, sizeHint().height());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space6, theme::space4, theme::space6, theme::space4);
    column->setSpacing(theme::space3);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(theme::space4);
    form->setVerticalSpacing(theme::space3);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);

    m_tag->setPlaceholderText(QStringLiteral("registry/name:tag"));
    form->addRow(tr("&Name"), m_tag);

    auto* contextRow = new QWidget;
    auto* row = new QHBoxLayout(contextRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_context, 1);
    auto* browse = new QToolButton;
    browse->setIcon(icon("folder"));
    browse->setToolTip(tr("Choose the folder"));
    browse->setAccessibleName(browse->toolTip());
    row->addWidget(browse);
    connect(browse, &QToolButton::clicked, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Context of the build"), m_context->text());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        connect(dialog, &QFileDialog::fileSelected, m_context, &QLineEdit::setText);
        dialog->open();
    });
    form->addRow(tr("&Context"), contextRow);
    m_context->setAccessibleName(tr("Context"));

    m_target = choice(QStringList{tr("the last one")} + stages, settings.target);
    form->addRow(tr("&Stage"), m_target);
    m_platform->setEditable(true);
    m_platform->addItems({QString(), QStringLiteral("linux/amd64"), QStringLiteral("linux/arm64")});
    m_platform->setCurrentText(settings.platform);
    m_platform->lineEdit()->setPlaceholderText(tr("this machine's"));
    form->addRow(tr("&Platform"), m_platform);
    m_network = choice({QStringLiteral("default"), QStringLiteral("none"), QStringLiteral("host")}, settings.network);
    form->addRow(tr("Net&work of RUN"), m_network);
    m_args->setLines(settings.args);
    m_args->setPlaceholderText(args.isEmpty() ? QStringLiteral("NAME=value") : args.join(QStringLiteral("=\n")) + QLatin1Char('='));
    form->addRow(tr("&Arguments"), m_args);
    m_noCache->setChecked(settings.noCache);
    m_pull->setChecked(settings.pull);
    form->addRow(QString(), m_noCache);
    form->addRow(QString(), m_pull);
    column->addLayout(form);
    column->addWidget(m_problem);

    auto* buttons = new QHBoxLayout;
    auto* cancel = new QPushButton(tr("Cancel"));
    auto* keep = new QPushButton(tr("Keep"));
    auto* build = new QPushButton(tr("Build"));
    build->setObjectName(QLatin1StringView(names::buildOptionsBuild));
    build->setProperty("primary", true);
    build->setDefault(true);
    buttons->addStretch(1);
    for (QPushButton* button : {cancel, keep, build})
        buttons->addWidget(button);
    column->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(keep, &QPushButton::clicked, this, [this] { submit(false); });
    connect(build, &QPushButton::clicked, this, [this] { submit(true); });
}

BuildSettings BuildOptions::settings() const
{
    BuildSettings made;
    made.tag = m_tag->text().trimmed();
    made.context = m_context->text().trimmed();
    made.target = m_target->currentIndex() > 0 ? m_target->currentText() : QString();
    made.platform = m_platform->currentText().trimmed();
    made.network = m_network->currentIndex() > 0 ? m_network->currentText() : QString();
    made.args = m_args->lines();
    made.noCache = m_noCache->isChecked();
    made.pull = m_pull->isChecked();
    return made;
}

void BuildOptions::submit(bool build)
{
    const BuildSettings made = settings();
    if (const QString problem = made.problem(); !problem.isEmpty()) {
        m_problem->say(problem);
        return;
    }
    emit chosen(made, build);
    accept();
}

} // namespace slipway::ui
