// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFile>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "run/field_problem.h"
#include "run/lines_edit.h"
#include "run/mount_row.h"
#include "run/port_row.h"
#include "run/run_command.h"
#include "run/run_options.h"
#include "run/shell_words.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{

QLineEdit* lineEdit(const char* name, const QString& hint, const QString& accessible)
{
    auto* edit = new QLineEdit;
    edit->setObjectName(QLatin1StringView(name));
    edit->setPlaceholderText(hint);
    edit->setAccessibleName(accessible);
    return edit;
}

QFormLayout* formLayout()
{
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(theme::space4);
    form->setVerticalSpacing(theme::space2);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignRight);
    return form;
}

QComboBox* comboBox(const char* name, const QString& hint, const QString& accessible)
{
    auto* box = new QComboBox;
    box->setObjectName(QLatin1StringView(name));
    box->setEditable(true);
    box->setInsertPolicy(QComboBox::NoInsert);
    box->lineEdit()->setPlaceholderText(hint);
    box->setAccessibleName(accessible);
    box->setMinimumContentsLength(12);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    return box;
}

} // namespace

RunForm::RunForm(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space6, theme::space4, theme::space6, theme::space4);
    column->setSpacing(theme::space3);
    auto* form = formLayout();
    column->addLayout(form);
    buildBasics(form);
    buildLists(form);
    m_more = new QToolButton;
    m_more->setText(tr("Limits, network, restart and more"));
    m_more->setObjectName(QLatin1StringView(names::runMore));
    m_more->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_more->setAutoRaise(true);
    m_more->setCheckable(true);
    m_more->setProperty("disclosure", true);
    column->addWidget(m_more, 0, Qt::AlignLeft);
    m_morePart = new QWidget;
    auto* more = formLayout();
    m_morePart->setLayout(more);
    buildMore(more);
    column->addWidget(m_morePart);
    column->addStretch();
    connect(m_more, &QToolButton::toggled, this, &RunForm::showMore);
    showMore(false);
    for (QLineEdit* edit : {m_image->lineEdit(), m_network->lineEdit(), m_name, m_command, m_memory, m_cpus, m_pids, m_options})
        connect(edit, &QLineEdit::textChanged, this, &RunForm::changed);
    connect(m_restart, &QComboBox::currentIndexChanged, this, &RunForm::changed);
    for (RowsEditor* rows : {m_ports, m_mounts})
        connect(rows, &RowsEditor::changed, this, &RunForm::changed);
    for (LinesEdit* lines : {m_env, m_labels})
        connect(lines, &QPlainTextEdit::textChanged, this, &RunForm::changed);
    for (QCheckBox* box : {m_interactive, m_tty, m_remove})
        connect(box, &QCheckBox::toggled, this, &RunForm::changed);
    setFocusProxy(m_image);
}

void RunForm::addField(QFormLayout* form, RunField field, const QString& label, QWidget* editor)
{
    auto* cell = new QWidget;
    auto* column = new QVBoxLayout(cell);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(editor);
    auto* problem = new FieldProblem;
    column->addWidget(problem);
    m_problems[field] = problem;
    m_editors[field] = editor;
    auto* caption = new QLabel(label);
    caption->setBuddy(editor);
    caption->setMinimumWidth(88);
    caption->setAlignment(Qt::AlignRight | Qt::AlignTop);
    caption->setContentsMargins(0, 7, 0, 0);
    form->addRow(caption, cell);
}

void RunForm::buildBasics(QFormLayout* form)
{
    m_image = comboBox(names::runImage, tr("nginx:1.27, ghcr.io/owner/app, or paste a docker run command"), tr("Image"));
    m_image->completer()->setFilterMode(Qt::MatchContains);
    m_image->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_imageNote = new QLabel;
    m_imageNote->setTextFormat(Qt::PlainText);
    m_imageNote->setProperty("muted", true);
    m_imageNote->setWordWrap(true);
    m_imageNote->setContentsMargins(2, 2, 0, 0);
    auto* image = new QWidget;
    auto* column = new QVBoxLayout(image);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_image);
    column->addWidget(m_imageNote);
    image->setFocusProxy(m_image);
    addField(form, RunField::Image, tr("Image"), image);
    m_name = lineEdit(names::runName, tr("chosen for you"), tr("Name"));
    addField(form, RunField::Name, tr("Name"), m_name);
    m_command = lineEdit(names::runCommand, tr("as the image says"), tr("Command"));
    addField(form, RunField::Command, tr("Command"), m_command);
    connect(m_image->lineEdit(), &QLineEdit::textChanged, this, [this](const QString& text) {
        if (looksLikeRunCommand(text) && !m_filling)
            emit commandPasted(text);
    });
}

void RunForm::buildLists(QFormLayout* form)
{
    m_ports = new RowsEditor(tr("Publish a port"), [] { return new PortRow; });
    m_ports->setObjectName(QLatin1StringView(names::runPorts));
    addField(form, RunField::Ports, tr("Ports"), m_ports);
    m_env = new LinesEdit(1, 8);
    m_env->setObjectName(QLatin1StringView(names::runEnv));
    m_env->setAccessibleName(tr("Environment, a variable a line"));
    m_env->setPlaceholderText(tr("NAME=value, one a line; paste a .env file"));
    m_env->setPasteFilter([](QString& text) {
        text = parseEnvLines(text).join(QLatin1Char('\n'));
        return true;
    });
    auto* load = new QPushButton(tr("Read a .env file…"));
    load->setIcon(icon("file", Tint::Accent));
    load->setProperty("link", true);
    load->setFlat(true);
    load->setCursor(Qt::PointingHandCursor);
    connect(load, &QPushButton::clicked, this, &RunForm::loadEnvFile);
    auto* environment = new QWidget;
    auto* column = new QVBoxLayout(environment);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(theme::space1);
    column->addWidget(m_env);
    column->addWidget(load, 0, Qt::AlignLeft);
    environment->setFocusProxy(m_env);
    addField(form, RunField::Environment, tr("Environment"), environment);
    m_mounts = new RowsEditor(tr("Mount a folder or volume"), [this] { return new MountRow(m_volumes); });
    m_mounts->setObjectName(QLatin1StringView(names::runMounts));
    addField(form, RunField::Mounts, tr("Mounts"), m_mounts);
}

void RunForm::buildMore(QFormLayout* form)
{
    m_network = comboBox(names::runNetwork, tr("bridge: its own address, reaches the outside"), tr("Network"));
    addField(form, RunField::Network, tr("Network"), m_network);
    m_restart = new QComboBox;
    m_restart->setObjectName(QLatin1StringView(names::runRestart));
    m_restart->setAccessibleName(tr("Restart"));
    m_restart->addItem(tr("never"), QString());
    m_restart->addItem(tr("when it fails"), QStringLiteral("on-failure"));
    m_restart->addItem(tr("unless stopped by hand"), QStringLiteral("unless-stopped"));
    m_restart->addItem(tr("always"), QStringLiteral("always"));
    addField(form, RunField::Restart, tr("Restart"), m_restart);
    m_memory = lineEdit(names::runMemory, tr("no limit; 512m, 2g"), tr("Memory limit"));
    addField(form, RunField::Memory, tr("Memory"), m_memory);
    m_cpus = lineEdit(names::runCpus, tr("no limit; 0.5, 2"), tr("CPU limit in cores"));
    addField(form, RunField::Cpus, tr("CPU cores"), m_cpus);
    m_pids = lineEdit(names::runPids, tr("no limit"), tr("Limit of processes"));
    addField(form, RunField::Pids, tr("Processes"), m_pids);
    m_labels = new LinesEdit(1, 5);
    m_labels->setObjectName(QLatin1StringView(names::runLabels));
    m_labels->setAccessibleName(tr("Labels, one a line"));
    m_labels->setPlaceholderText(tr("name=value, one a line"));
    addField(form, RunField::Labels, tr("Labels"), m_labels);
    auto* flags = new QWidget;
    auto* column = new QVBoxLayout(flags);
    column->setContentsMargins(0, 6, 0, 0);
    m_interactive = new QCheckBox(tr("Keep its input open (-i)"));
    m_tty = new QCheckBox(tr("Give it a terminal (-t)"));
    m_remove = new QCheckBox(tr("Remove it when it stops (--rm)"));
    m_interactive->setObjectName(QLatin1StringView(names::runInteractive));
    m_tty->setObjectName(QLatin1StringView(names::runTty));
    m_remove->setObjectName(QLatin1StringView(names::runRemove));
    for (QCheckBox* box : {m_interactive, m_tty, m_remove})
        column->addWidget(box);
    form->addRow(new QLabel, flags);
    m_options = lineEdit(names::runOptions, tr("--cap-add=NET_ADMIN --user=1000 …"), tr("Further flags of docker run"));
    addField(form, RunField::Options, tr("More flags"), m_options);
}

void RunForm::showMore(bool on)
{
    m_more->setChecked(on);
    m_more->setIcon(icon(on ? "chevron-down" : "chevron-right", Tint::Muted));
    m_morePart->setVisible(on);
}

void RunForm::loadEnvFile()
{
    auto* dialog = new QFileDialog(this, tr("Environment file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setNameFilter(tr("Environment (*.env .env* *.txt);;All files (*)"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& name) {
        QFile file(name);
        if (!file.open(QIODevice::ReadOnly | QIODevice::Text))
            return m_problems[RunField::Environment]->say(tr("%1 cannot be read: %2").arg(name, file.errorString()));
        m_env->setLines(m_env->lines() + parseEnvLines(QString::fromUtf8(file.readAll())));
    });
    dialog->open();
}

void RunForm::setSpec(const RunSpec& spec)
{
    m_filling = true;
    m_image->setEditText(spec.image);
    m_name->setText(spec.name);
    m_command->setText(spec.command);
    m_ports->setTexts(spec.ports);
    m_env->setLines(spec.environment);
    m_mounts->setTexts(spec.mounts);
    m_network->setEditText(spec.network);
    int restart = m_restart->findData(spec.restart);
    if (restart < 0) {
        m_restart->addItem(spec.restart, spec.restart);
        restart = m_restart->count() - 1;
    }
    m_restart->setCurrentIndex(restart);
    m_memory->setText(spec.memory > 0 ? writeBytes(spec.memory) : QString());
    m_cpus->setText(spec.cpus > 0 ? QString::number(spec.cpus) : QString());
    m_pids->setText(spec.pids > 0 ? QString::number(spec.pids) : QString());
    m_labels->setLines(spec.labels);
    m_interactive->setChecked(spec.interactive);
    m_tty->setChecked(spec.tty);
    m_remove->setChecked(spec.autoRemove);
    m_options->setText(quotedWords(spec.options));
    RunSpec plain;
    plain.image = spec.image, plain.name = spec.name, plain.command = spec.command;
    plain.ports = spec.ports, plain.environment = spec.environment, plain.mounts = spec.mounts;
    if (!(plain == spec))
        showMore(true);
    m_filling = false;
    emit changed();
}

RunSpec RunForm::spec() const
{
    RunSpec s;
    s.image = m_image->currentText().trimmed();
    s.name = m_name->text().trimmed();
    s.command = m_command->text().trimmed();
    s.ports = m_ports->texts();
    s.environment = m_env->lines();
    s.mounts = m_mounts->texts();
    s.network = m_network->currentText().trimmed();
    s.restart = m_restart->currentData().toString();
    s.memory = parseBytes(m_memory->text()).value_or(0);
    s.cpus = m_cpus->text().trimmed().toDouble();
    s.pids = m_pids->text().trimmed().toInt();
    s.labels = m_labels->lines();
    s.interactive = m_interactive->isChecked();
    s.tty = m_tty->isChecked();
    s.autoRemove = m_remove->isChecked();
    const auto words = splitWords(m_options->text());
    s.options = words ? *words : QStringList{m_options->text()};
    return s;
}

void RunForm::setImages(const QStringList& names)
{
    const QString text = m_image->currentText();
    const QSignalBlocker quiet(m_image->lineEdit());
    m_image->clear();
    m_image->addItems(names);
    m_image->setEditText(text);
}

void RunForm::setNetworks(const QStringList& names)
{
    const QString text = m_network->currentText();
    const QSignalBlocker quiet(m_network->lineEdit());
    m_network->clear();
    m_network->addItems(names);
    m_network->setEditText(text);
}

void RunForm::setImageNote(const QString& note)
{
    m_imageNote->setText(note);
    m_imageNote->setVisible(!note.isEmpty());
}

FieldProblem* RunForm::problemOf(RunField field, int row)
{
    const bool folded = !m_morePart->isVisibleTo(this) && m_morePart->isAncestorOf(m_editors[field]);
    if (folded)
        showMore(true);
    RowsEditor* rows = field == RunField::Ports ? m_ports : field == RunField::Mounts ? m_mounts : nullptr;
    EntryRow* entry = rows && row >= 0 ? rows->entry(row) : nullptr;
    return entry ? &entry->problem() : m_problems[field];
}

void RunForm::say(RunField field, int row, const QString& text, const QString& fix, std::function<void()> run)
{
    problemOf(field, row)->say(text, fix, std::move(run));
}

void RunForm::warn(RunField field, int row, const QString& text, const QString& fix, std::function<void()> run)
{
    problemOf(field, row)->warn(text, fix, std::move(run));
}

bool RunForm::clearProblems()
{
    for (const auto& [field, problem] : m_problems)
        problem->clear();
    m_ports->clearProblems();
    m_mounts->clearProblems();
    bool fine = true;
    const std::pair<RunField, QLineEdit*> numbers[] = {{RunField::Memory, m_memory}, {RunField::Cpus, m_cpus}, {RunField::Pids, m_pids}};
    for (const auto& [field, edit] : numbers) {
        const QString text = edit->text().trimmed();
        bool ok = text.isEmpty();
        if (!ok && field == RunField::Memory)
            ok = parseBytes(text).has_value();
        else if (!ok)
            ok = text.toDouble(&ok) > 0 && ok;
        if (!ok)
            m_problems[field]->say(field == RunField::Memory ? tr("“%1” is not a size, as in 512m or 2g").arg(text)
                                                             : tr("“%1” is not a number above 0").arg(text));
        fine = fine && ok;
    }
    return fine;
}

void RunForm::focusField(RunField field) { m_editors[field]->setFocus(); }

void RunForm::usePort(int row, quint16 hostPort)
{
    if (auto* entry = qobject_cast<PortRow*>(m_ports->entry(row)))
        entry->setHostPort(QString::number(hostPort));
}

void RunForm::addPort(const PortMapping& port) { m_ports->addRow(port.text()); }

void RunForm::chooseFolder(int row)
{
    if (auto* entry = qobject_cast<MountRow*>(m_mounts->entry(row)))
        entry->chooseFolder();
}

} // namespace slipway::ui
