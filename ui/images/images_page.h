// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bridge/engine_bridge.h"
#include "widgets/list_page.h"

namespace slipway::ui
{

class ImageDetail;
class ImageModel;
class Jobs;

// The images: pull, load (also by dropping an archive here), run, tag, remove, and what each is made of. GUI thread.
class ImagesPage : public ListPage
{
    Q_OBJECT

public:
    ImagesPage(EngineBridge& bridge, ImageModel& model, Jobs& jobs, QWidget* parent = nullptr);
    void askPull(const QString& reference = {});
    void askLoad();

signals:
    void runRequested(const QString& image); // by name, or id when it has none
    void containerRequested(const QString& name);
    void dockerfileRead(const QString& text); // of the image that somebody asked to see as one

protected:
    void showDetail(const QString& id) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    [[nodiscard]] std::vector<ListAction> actions();
    void refreshed();
    void applySegment();
    void showConnection();
    void askTag(const QString& key);
    void openDockerfile(const QString& key);
    void askRemove(const QStringList& keys);
    void remove(const QString& key, bool force);
    void reportRemoval(const QString& key, const Status& status);

    EngineBridge& m_bridge;
    ImageModel& m_model;
    Jobs& m_jobs;
    ImageDetail* m_detail = nullptr;
};

} // namespace slipway::ui
