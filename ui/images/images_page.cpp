// SPDX-License-Identifier: GPL-3.0-or-later
#include "images/images_page.h"

#include <algorithm>
#include <array>

#include <QApplication>
#include <QClipboard>
#include <QDropEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QShortcut>

#include "images/image_detail.h"
#include "images/image_dockerfile.h"
#include "images/image_jobs.h"
#include "models/image_model.h"
#include "shell/object_names.h"
#include "widgets/ask_text.h"
#include "widgets/bytes.h"
#include "widgets/confirm.h"
#include "widgets/empty_state.h"
#include "widgets/list_filter.h"
#include "widgets/list_view.h"
#include "widgets/message_bar.h"
#include "widgets/segmented_filter.h"

namespace slipway::ui
{
namespace
{
enum Segments { All, Used, Unused, Dangling };
constexpr std::array states{"", "used", "unused", "dangling"};
} // namespace

ImagesPage::ImagesPage(EngineBridge& bridge, ImageModel& model, Jobs& jobs, QWidget* parent)
    : ListPage(QStringLiteral("images"), tr("Images"), parent), m_bridge(bridge), m_model(model), m_jobs(jobs)
{
    setObjectName(QLatin1StringView(names::imagesPage));
    setAcceptDrops(true);
    view().setObjectName(QLatin1StringView(names::imagesView));
    message().setObjectName(QLatin1StringView(names::imagesProblem));
    search().setPlaceholderText(tr("Search repository, tag, ID…"));
    for (const QString& word : {tr("All"), tr("In use"), tr("Unused"), tr("Dangling")})
        segments().add(word);
    connect(&segments(), &SegmentedFilter::currentChanged, this, &ImagesPage::applySegment);
    connect(addButton(names::loadButton, "load", tr("Load…"), false), &QPushButton::clicked, this, &ImagesPage::askLoad);
    auto* pull = addButton(names::pullButton, "pull", tr("Pull…"), true);
    pull->setShortcut(QKeySequence::New);
    connect(pull, &QPushButton::clicked, this, [this] { askPull(); });
    setModel(model, {{QStringLiteral("repository"), 240, 0},
                     {QStringLiteral("tag"), 120, 0},
                     {QStringLiteral("id"), 130, 4},
                     {QStringLiteral("size"), 96, 1},
                     {QStringLiteral("created"), 120, 3},
                     {QStringLiteral("usedby"), 190, 2}});
    setActions(actions());
    setDetail([this]() -> QWidget* {
        m_detail = new ImageDetail(m_bridge);
        connect(m_detail, &ImageDetail::runRequested, this, &ImagesPage::runRequested);
        connect(m_detail, &ImageDetail::closeRequested, this, &ImagesPage::closeDetail);
        return m_detail;
    });
    emptyPicture().show("images", tr("No images yet"),
                        tr("An image is what a container starts from. Pull one from a registry, or drop an archive (docker save) here."));
    emptyPicture().setAction(tr("Pull an image…"), [this] { askPull(); });
    emptyPicture().setSecondAction(tr("Load from a file…"), [this] { askLoad(); });
    lostPicture().setAction(tr("Try again"), [this] { m_bridge.retry(); });
    connect(new QShortcut(QKeySequence::Refresh, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, &model,
            &ImageModel::refresh);
    connect(&model, &ImageModel::refreshed, this, &ImagesPage::refreshed);
    connect(&model, &ImageModel::failed, this,
            [this](const QString& why) { message().say(MessageBar::Kind::Problem, tr("Images could not be listed: %1").arg(why)); });
    connect(&bridge, &EngineBridge::stateChanged, this, &ImagesPage::showConnection);
    refreshed();
}

std::vector<ListAction> ImagesPage::actions()
{
    const auto first = [](auto call) { return [call](const QStringList& keys) { call(keys.first()); }; };
    std::vector<ListAction> list;
    list.push_back({names::imageRunButton, "play", tr("Run…"), Qt::Key_R, true, false, true, {},
                    first([this](const QString& key) { emit runRequested(key); })});
    list.push_back({names::imageTagButton, "tag", tr("Tag…"), Qt::Key_T, false, false, true, {},
                    first([this](const QString& key) { askTag(key); })});
    list.push_back({names::imagePullButton, "pull", tr("Pull again"), Qt::Key_U, false, false, false,
                    [this](const QStringList& keys) {
                        return std::ranges::any_of(keys, [this](const QString& key) { return m_model.find(key) && !m_model.find(key)->tag.empty(); });
                    },
                    [this](const QStringList& keys) {
                        for (const QString& key : keys)
                            if (m_model.find(key) && !m_model.find(key)->tag.empty())
                                pullImage(m_bridge, m_jobs, key);
                    }});
    list.push_back({names::imageDockerfileButton, "build", tr("Open as Dockerfile"), Qt::Key_D, false, true, true, {},
                    first([this](const QString& key) { openDockerfile(key); })});
    list.push_back({names::imageCopyButton, "copy", tr("Copy ID"), {}, false, true, true, {}, first([this](const QString& key) {
                        if (const auto* row = m_model.find(key))
                            QApplication::clipboard()->setText(QString::fromStdString(row->image.id));
                    })});
    list.push_back({names::imageRemoveButton, "remove", tr("Remove…"), Qt::Key_Delete, true, true, false, {},
                    [this](const QStringList& keys) { askRemove(keys); }});
    return list;
}

void ImagesPage::refreshed()
{
    std::array<int, states.size()> counts{};
    for (const auto& row : m_model.rows()) {
        ++counts[All];
        ++counts[row.tag.empty() ? Dangling : row.users.empty() ? Unused : Used];
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
        segments().setCount(int(i), counts[i]);
    showConnection();
    setCount(counts[All]);
    setNote(m_model.rows().empty() ? QString() : tr("%1 on disk").arg(bytesText(m_model.totalBytes())));
    rowsChanged();
}

void ImagesPage::applySegment()
{
    const int chosen = segments().current();
    if (chosen == All)
        rows().setPredicate({});
    else
        rows().setPredicate([wanted = QString(QLatin1StringView(states[std::size_t(chosen)]))](const QModelIndex& row) {
            return row.data(StateRole).toString() == wanted;
        });
}

void ImagesPage::showConnection()
{
    const bool lost = m_bridge.state() == EngineBridge::State::Lost;
    if (lost)
        lostPicture().show("plug", tr("The engine is not reachable"), tr("Slipway tries again every second.\n(%1)").arg(m_bridge.problem()));
    setState(m_model.isLoaded() ? State::Ready : lost ? State::Disconnected : State::Loading);
}

void ImagesPage::showDetail(const QString& id)
{
    const auto* row = m_model.find(id);
    if (m_detail && row)
        m_detail->setImage(id, row->image.id);
}

void ImagesPage::askPull(const QString& reference)
{
    askText(this,
            {tr("Pull an image"), tr("Name of the image; without a registry it comes from Docker Hub, without a tag it is the latest."),
             QStringLiteral("nginx   ghcr.io/owner/name:1.2   localhost:5000/app"), reference, tr("Pull")},
            [this](const QString& wanted, const TextDone& done) {
                pullImage(m_bridge, m_jobs, wanted);
                done({});
            });
}

void ImagesPage::askLoad()
{
    auto* dialog = new QFileDialog(window(), tr("Load images from an archive"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("Archives (*.tar *.tar.gz *.tgz *.tar.zst *.tar.xz)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        for (const QString& file : files)
            loadImage(m_bridge, m_jobs, file);
    });
    dialog->open();
}

void ImagesPage::dragEnterEvent(QDragEnterEvent* event)
{
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && std::ranges::all_of(urls, &QUrl::isLocalFile))
        event->acceptProposedAction();
}

void ImagesPage::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        loadImage(m_bridge, m_jobs, url.toLocalFile());
    event->acceptProposedAction();
}

void ImagesPage::openDockerfile(const QString& key)
{
    const auto* row = m_model.find(key);
    if (!row)
        return;
    readDockerfile(m_bridge, key, row->image.id, this, [this](const Result<QString>& text) {
        if (text)
            emit dockerfileRead(*text);
        else
            message().say(MessageBar::Kind::Problem, tr("The history could not be read: %1").arg(QString::fromStdString(text.error().message)));
    });
}

void ImagesPage::askTag(const QString& key)
{
    askText(this, {tr("Tag %1").arg(key), tr("Another name for this image"), QStringLiteral("registry/name:tag"), {}, tr("Add tag")},
            [this, key](const QString& name, const TextDone& done) {
                m_bridge.keep(m_bridge.client().images().tag(key.toStdString(), name.toStdString(), onGui<Status>(this, done)));
            });
}

void ImagesPage::askRemove(const QStringList& keys)
{
    qint64 bytes = 0;
    QStringList users;
    for (const QString& key : keys) {
        const auto* row = m_model.find(key);
        if (!row)
            continue;
        bytes += row->image.size;
        for (const std::string& user : row->users)
            users << QString::fromStdString(user);
    }
    if (!users.isEmpty()) {
        message().say(MessageBar::Kind::Warning,
                      keys.size() == 1 ? tr("%1 is used by %2. Remove the container first, then the image.").arg(keys.first(), users.join(QStringLiteral(", ")))
                                       : tr("Some of these images are used by %1. Remove the containers first.").arg(users.join(QStringLiteral(", "))),
                      {{tr("Show %1").arg(users.first()), [this, name = users.first()] { emit containerRequested(name); }}});
        return;
    }
    const QString name = keys.size() == 1 ? keys.first().startsWith(QLatin1StringView("sha256:")) ? shortId(keys.first().toStdString()) : keys.first()
                                          : QString();
    Confirmation what;
    what.title = keys.size() == 1 ? tr("Remove image %1?").arg(name) : tr("Remove %n images?", nullptr, int(keys.size()));
    what.text = tr("Up to %1 are freed; layers that other images share stay. It can be pulled or built again.").arg(bytesText(bytes));
    what.verb = keys.size() == 1 ? tr("Remove %1").arg(name) : tr("Remove %n images", nullptr, int(keys.size()));
    confirm(this, what, [this, keys](bool) {
        message().clear();
        for (const QString& key : keys)
            remove(key, false);
    });
}

void ImagesPage::remove(const QString& key, bool force)
{
    m_model.setBusy(key, tr("Removing…"));
    m_bridge.keep(m_bridge.client().images().remove(
        key.toStdString(), force, onGui<Status>(this, [this, key](const Status& status) { reportRemoval(key, status); })));
}

void ImagesPage::reportRemoval(const QString& key, const Status& status)
{
    m_model.setBusy(key, {});
    if (status)
        return;
    std::vector<MessageBar::Action> fixes;
    if (status.error().kind == ErrorKind::Conflict && QString::fromStdString(status.error().message).contains(QLatin1StringView("must force")))
        fixes.push_back({tr("Remove all its names"), [this, key] { remove(key, true); }});
    message().say(MessageBar::Kind::Problem, tr("%1 was not removed: %2").arg(key, QString::fromStdString(status.error().message)), fixes);
}

} // namespace slipway::ui
