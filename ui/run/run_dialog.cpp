// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/run_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "images/image_jobs.h"
#include "jobs/jobs.h"
#include "run/field_problem.h"
#include "run/launch.h"
#include "run/lines_edit.h"
#include "run/run_command.h"
#include "run/run_form.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{

QString withTag(const QString& image)
{
    const QString last = image.section(QLatin1Char('/'), -1);
    return last.contains(QLatin1Char(':')) || last.contains(QLatin1Char('@')) ? image : image + QStringLiteral(":latest");
}

QStringList namesIn(const Json& list, const char* member)
{
    QStringList out;
    const Json& items = list.is_array() ? list : jsonMember(list, "Volumes");
    if (items.is_array())
        for (const Json& item : items)
            out << QString::fromStdString(jsonValue<std::string>(item, member));
    out.sort();
    return out;
}

} // namespace

RunDialog::RunDialog(EngineBridge& bridge, Jobs& jobs, QWidget* parent)
    : QDialog(parent), m_bridge(bridge), m_jobs(jobs), m_form(new RunForm), m_command(new LinesEdit(2, 6)), m_commandProblem(new FieldProblem),
      m_problem(new MessageBar), m_doing(new QLabel), m_progress(new QProgressBar), m_confirm(new QPushButton(tr("Run"))),
      m_cancel(new QPushButton(tr("Cancel"))),
      m_aside(new QPushButton(tr("Continue in the background")))
{
    setObjectName(QLatin1StringView(names::runDialog));
    setWindowTitle(tr("Run a container"));
    resize(760, 640);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_form);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(scroll, 1);
    buildFooter(column);
    connect(m_form, &RunForm::changed, this, &RunDialog::formChanged);
    connect(m_form, &RunForm::commandPasted, m_command, &QPlainTextEdit::setPlainText);
    connect(m_command, &QPlainTextEdit::textChanged, this, &RunDialog::commandEdited);
    connect(m_confirm, &QPushButton::clicked, this, &RunDialog::submit);
    connect(m_cancel, &QPushButton::clicked, this, &RunDialog::reject);
    connect(m_aside, &QPushButton::clicked, this, &QDialog::hide);
    loadChoices();
    formChanged();
    if (const QString text = QApplication::clipboard()->text(); looksLikeRunCommand(text))
        m_problem->say(MessageBar::Kind::Info, tr("The clipboard holds a docker run command."),
                       {{tr("Fill in the form from it"), [this, text] { m_command->setPlainText(text); }}});
}

void RunDialog::buildFooter(QVBoxLayout* column)
{
    auto* footer = new QWidget;
    footer->setObjectName(QStringLiteral("dialogFooter"));
    footer->setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(footer);
    rows->setContentsMargins(theme::space6, theme::space3, theme::space6, theme::space4);
    rows->setSpacing(theme::space2);
    auto* head = new QHBoxLayout;
    auto* caption = new QLabel(tr("The same as a command; edit it or paste one here"));
    caption->setProperty("muted", true);
    caption->setBuddy(m_command);
    auto* copy = new QToolButton;
    copy->setIcon(icon("copy"));
    copy->setAutoRaise(true);
    copy->setToolTip(tr("Copy the command"));
    copy->setAccessibleName(tr("Copy the command"));
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_command->toPlainText()); });
    head->addWidget(caption, 1);
    head->addWidget(copy);
    m_command->setObjectName(QLatin1StringView(names::runEquivalent));
    m_command->setAccessibleName(tr("The same as a docker run command"));
    rows->addLayout(head);
    rows->addWidget(m_command);
    rows->addWidget(m_commandProblem);
    rows->addWidget(m_problem);
    m_doing->setTextFormat(Qt::PlainText);
    m_doing->setProperty("muted", true);
    m_progress->setObjectName(QLatin1StringView(names::runProgress));
    m_progress->setTextVisible(false);
    m_confirm->setObjectName(QLatin1StringView(names::runConfirm));
    m_confirm->setProperty("primary", true);
    m_confirm->setDefault(true);
    m_confirm->setMinimumWidth(96);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::space2);
    rows->addWidget(m_doing);
    buttons->addWidget(m_progress, 1);
    buttons->addStretch(1);
    buttons->addWidget(m_aside);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_confirm);
    rows->addSpacing(theme::space1);
    rows->addLayout(buttons);
    column->addWidget(footer);
    setBusy({});
}

void RunDialog::setSpec(const RunSpec& spec) { m_form->setSpec(spec); }

void RunDialog::setImage(const QString& image)
{
    RunSpec spec;
    spec.image = image;
    setSpec(spec);
}

void RunDialog::loadChoices()
{
    m_imagesRequest = m_bridge.client().images().list(
        onGui<Result<std::vector<dockerapi::ImageSummary>>>(this, [this](const auto& images) {
            if (!images)
                return showError(images.error());
            QStringList names;
            for (const dockerapi::ImageSummary& image : *images)
                for (const std::string& tag : image.repoTags) {
                    names << QString::fromStdString(tag);
                    m_images[names.back()] = {image.size, QString::fromStdString(image.id)};
                }
            names.removeAll(QStringLiteral("<none>:<none>"));
            names.sort();
            m_form->setImages(names);
            showImageNote();
        }));
    m_containersRequest = m_bridge.client().containers().list(
        false, onGui<Result<std::vector<dockerapi::ContainerSummary>>>(this, [this](const auto& containers) {
            if (!containers)
                return;
            for (const dockerapi::ContainerSummary& container : *containers)
                for (const dockerapi::Port& port : container.ports)
                    if (port.publicPort)
                        m_published[port.publicPort] = QString::fromStdString(container.name);
            showProblems();
        }));
    m_networksRequest = m_bridge.client().system().networks(onGui<Result<Json>>(this, [this](const Result<Json>& json) {
        if (json)
            m_form->setNetworks(namesIn(*json, "Name"));
    }));
    m_volumesRequest = m_bridge.client().system().volumes(onGui<Result<Json>>(this, [this](const Result<Json>& json) {
        if (json)
            m_form->setVolumes(namesIn(*json, "Name"));
    }));
}

void RunDialog::formChanged()
{
    const QString imageBefore = m_spec.image;
    m_spec = m_form->spec();
    if (!m_fromCommand) {
        const QSignalBlocker quiet(m_command);
        m_command->setPlainText(m_spec.commandLine());
        m_commandProblem->clear();
    }
    if (m_spec.image != imageBefore)
        showImageNote();
    showProblems();
}

void RunDialog::commandEdited()
{
    const auto parsed = parseRunCommand(m_command->toPlainText());
    if (!parsed)
        return m_commandProblem->say(QString::fromStdString(parsed.error().message));
    if (parsed->ignored.isEmpty())
        m_commandProblem->clear();
    else
        m_commandProblem->warn(tr("Without effect here: %1").arg(parsed->ignored.join(QLatin1Char(' '))));
    m_fromCommand = true; // the text stays as it was written
    m_form->setSpec(parsed->spec);
    m_fromCommand = false;
}

void RunDialog::showImageNote()
{
    if (m_spec.image.isEmpty())
        return m_form->setImageNote({});
    const auto local = m_images.find(withTag(m_spec.image));
    if (local == m_images.end())
        return m_form->setImageNote(m_images.empty() ? QString() : tr("Not on this machine: it is pulled first."));
    const QString size = QLocale().formattedDataSize(local->second.size, 1, QLocale::DataSizeTraditionalFormat);
    const bool known = m_exposedOf == local->second.id;
    m_form->setImageNote(known && !m_exposed.isEmpty() ? tr("On this machine, %1; it listens on %2").arg(size, m_exposed)
                                                       : tr("On this machine, %1").arg(size));
    if (known)
        return;
    m_inspectRequest = m_bridge.client().images().inspect(
        local->second.id.toStdString(), onGui<Result<Json>>(this, [this, id = local->second.id](const Result<Json>& json) {
            m_exposedOf = id;
            m_exposed.clear();
            if (json) {
                QStringList ports;
                for (const auto& [port, unused] : jsonMember(jsonMember(*json, "Config"), "ExposedPorts").items())
                    ports << QString::fromStdString(port);
                m_exposed = ports.join(QStringLiteral(", "));
            }
            showImageNote();
            showProblems();
        }));
}

void RunDialog::showProblems()
{
    bool fine = m_form->clearProblems();
    for (const RunProblem& problem : m_spec.problems()) {
        fine = false;
        if (problem.field == RunField::Image && m_spec.image.isEmpty())
            continue; // nothing was typed yet: the disabled button says it
        const QString source = parseMount(m_spec.mounts.value(problem.row)).source;
        const bool noFolder = source.contains(QLatin1Char('/')) || source.contains(QLatin1Char('$')) || source.startsWith(QLatin1Char('.'));
        if (problem.field == RunField::Mounts && noFolder && !source.startsWith(QLatin1Char('/')))
            m_form->say(problem.field, problem.row, problem.text, tr("Choose a folder…"),
                        [this, row = problem.row] { m_form->chooseFolder(row); });
        else if (problem.field == RunField::Command)
            m_form->say(problem.field, -1, problem.text, tr("Run it in a shell"), [this] {
                RunSpec spec = m_spec;
                QString inner = spec.command;
                spec.command = QStringLiteral("sh -c '%1'").arg(inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")));
                m_form->setSpec(spec);
            });
        else
            m_form->say(problem.field, problem.row, problem.text);
    }
    const auto local = m_images.find(withTag(m_spec.image));
    if (m_spec.ports.isEmpty() && local != m_images.end() && local->second.id == m_exposedOf && m_exposed.contains(QLatin1StringView("/tcp"))) {
        const QString inside = m_exposed.section(QLatin1StringView("/tcp"), 0, 0).section(QLatin1Char(' '), -1);
        const quint16 outside = nextFreePort(std::max(8080, inside.toInt()));
        m_form->warn(RunField::Ports, -1, tr("It listens on %1, but nobody outside reaches it.").arg(m_exposed),
                     tr("Publish at %1").arg(outside), [this, inside, outside] {
                         m_form->addPort({QStringLiteral("127.0.0.1"), QString::number(outside), inside});
                     });
    }
    checkPorts();
    m_confirm->setEnabled(fine && !m_busy);
}

void RunDialog::checkPorts()
{
    for (int row = 0; row < m_spec.ports.size(); ++row) {
        const PortMapping port = parsePort(m_spec.ports[row]);
        bool single = false;
        const int number = port.hostPort.toInt(&single);
        if (!single || !port.problem().isEmpty())
            continue;
        const auto owner = m_published.find(number);
        if (owner == m_published.end() && (port.protocol != QLatin1StringView("tcp") || portIsFree(static_cast<quint16>(number))))
            continue;
        const quint16 other = nextFreePort(number + 1);
        m_form->warn(RunField::Ports, row,
                     owner != m_published.end() ? tr("Port %1 is taken by the container %2.").arg(number).arg(owner->second)
                                                : tr("Port %1 is taken by another program of this machine.").arg(number),
                     other ? tr("Use %1").arg(other) : QString(), [this, row, other] { m_form->usePort(row, other); });
    }
}

quint16 RunDialog::nextFreePort(int from) const
{
    for (int port = from; port < from + 200 && port < 65536; ++port) {
        const auto own = [port](const QString& text) { return parsePort(text).hostPort == QString::number(port); };
        if (!m_published.contains(port) && std::ranges::none_of(m_spec.ports, own) && portIsFree(static_cast<quint16>(port)))
            return static_cast<quint16>(port);
    }
    return 0;
}

void RunDialog::submit()
{
    m_problem->clear();
    const bool local = m_images.contains(withTag(m_spec.image)) || m_spec.image.startsWith(QLatin1StringView("sha256:"));
    if (local)
        launchNow();
    else
        pull();
}

void RunDialog::pull()
{
    setBusy(tr("Pulling %1…").arg(m_spec.image));
    m_progress->setRange(0, 0);
    m_pull = &pullImage(m_bridge, m_jobs, withTag(m_spec.image));
    m_aside->show();
    connect(m_pull, &Job::changed, this, &RunDialog::showPull);
    connect(m_pull, &Job::ended, this, &RunDialog::pullEnded);
}

void RunDialog::showPull()
{
    if (m_pull->state() != Job::State::Running)
        return;
    const double share = m_pull->share();
    m_progress->setRange(0, share < 0 ? 0 : 1000);
    m_progress->setValue(static_cast<int>(share * 1000));
    m_doing->setText(tr("Pulling %1: %2").arg(m_spec.image, m_pull->summary()));
}

void RunDialog::pullEnded()
{
    Job& job = *m_pull;
    m_pull = nullptr;
    setBusy({});
    if (job.state() == Job::State::Done)
        return launchNow();
    if (!isVisible())
        open();
    if (job.state() == Job::State::Failed)
        m_form->say(RunField::Image, -1, job.summary(), tr("Try again"), [this] { pull(); });
    m_jobs.dismiss(job); // the dialog says it, once
}

void RunDialog::reject()
{
    if (m_pull)
        m_pull->cancel();
    else
        QDialog::reject();
}

void RunDialog::launchNow()
{
    setBusy(tr("Starting…"));
    m_progress->setRange(0, 0);
    launch(m_bridge, m_spec, this, [this](const Result<std::string>& id) {
        setBusy({});
        if (!id) {
            if (!isVisible())
                open();
            return showError(id.error());
        }
        emit started(QString::fromStdString(*id));
        accept();
    });
}

void RunDialog::showError(const Error& error)
{
    const QString text = QString::fromStdString(error.message);
    const auto field = fieldOf(error);
    if (!field)
        return m_problem->say(MessageBar::Kind::Problem, text);
    int row = -1;
    for (int i = 0; *field == RunField::Ports && i < m_spec.ports.size(); ++i)
        if (const QString port = parsePort(m_spec.ports[i]).hostPort; !port.isEmpty() && text.contains(QLatin1Char(':') + port))
            row = i;
    if (*field == RunField::Ports && row >= 0) {
        const quint16 other = nextFreePort(parsePort(m_spec.ports[row]).hostPort.toInt() + 1);
        m_form->say(*field, row, text, tr("Use %1").arg(other), [this, row, other] { m_form->usePort(row, other); });
    } else if (*field == RunField::Name) {
        m_form->say(*field, -1, text, tr("Let the engine choose a name"), [this] {
            RunSpec spec = m_spec;
            spec.name.clear();
            m_form->setSpec(spec);
        });
    } else {
        m_form->say(*field, -1, text);
    }
    m_form->focusField(*field);
}

void RunDialog::setBusy(const QString& what)
{
    m_busy = !what.isEmpty();
    m_doing->setText(what);
    m_doing->setVisible(m_busy);
    m_progress->setVisible(m_busy);
    m_aside->hide();
    m_form->setEnabled(!m_busy);
    m_command->setEnabled(!m_busy);
    m_confirm->setEnabled(!m_busy && m_spec.problems().empty());
}

} // namespace slipway::ui
