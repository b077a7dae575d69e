// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include <QDialog>
#include <QPointer>

#include "bridge/engine_bridge.h"
#include "run/run_spec.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace slipway::ui
{

class FieldProblem;
class Job;
class Jobs;
class LinesEdit;
class MessageBar;
class RunForm;

// Asks for a container and runs it: the form, and the same as an editable `docker run` that fills the form when one is pasted.
// An image that is not on this machine is pulled first, as a job: the dialog can be put aside meanwhile and comes back when the
// pull fails. Whatever is wrong stands at its field, with the fix as a button. GUI thread.
class RunDialog : public QDialog
{
    Q_OBJECT

public:
    RunDialog(EngineBridge& bridge, Jobs& jobs, QWidget* parent = nullptr);
    void setSpec(const RunSpec& spec);
    void setImage(const QString& image);
    void reject() override; // during a pull: cancels that, and the form is back

signals:
    void started(const QString& id); // then it closes

private:
    struct LocalImage
    {
        std::int64_t size = 0;
        QString id;
    };
    void buildFooter(QVBoxLayout* column);
    void loadChoices();
    void formChanged();
    void commandEdited();
    void showImageNote();
    void showProblems();
    void checkPorts();
    [[nodiscard]] quint16 nextFreePort(int from) const;
    void submit();
    void pull();
    void showPull();
    void pullEnded();
    void launchNow();
    void showError(const Error& error);
    void setBusy(const QString& what); // empty = no longer

    EngineBridge& m_bridge;
    Jobs& m_jobs;
    RunForm* m_form;
    LinesEdit* m_command;
    FieldProblem* m_commandProblem;
    MessageBar* m_problem;
    QLabel* m_doing;
    QProgressBar* m_progress;
    QPushButton *m_confirm, *m_cancel, *m_aside;
    RunSpec m_spec;
    std::map<QString, LocalImage> m_images; // by name:tag
    std::map<int, QString> m_published;     // host port → container that has it
    QString m_exposedOf, m_exposed;         // image whose ports are known, and what to say of them
    bool m_fromCommand = false, m_busy = false;
    Request m_imagesRequest, m_containersRequest, m_networksRequest, m_volumesRequest, m_inspectRequest;
    QPointer<Job> m_pull; // while it runs
};

} // namespace slipway::ui
