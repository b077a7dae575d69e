// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <QAbstractTableModel>

#include "bridge/engine_bridge.h"
#include "widgets/list_roles.h"

namespace slipway::ui
{

class ContainerModel;

// The engine's images, a row per name: an image with two tags has two rows, one without any has one. Who uses an image comes from
// the containers. Listed when the bridge connects and after events of images. GUI thread.
class ImageModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Repository, Tag, Id, Size, Created, UsedBy, ColumnCount };

    struct Row
    {
        std::string key;             // the row's IdRole: "nginx:latest", or the image's id when it has no name
        std::string repository, tag; // empty: <none>
        dockerapi::ImageSummary image;
        std::vector<std::string> users; // names of the containers made from it
    };

    ImageModel(EngineBridge& bridge, const ContainerModel& containers, QObject* parent = nullptr);
    void refresh();
    void setImages(const std::vector<dockerapi::ImageSummary>& images);
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    [[nodiscard]] const Row* find(const QString& key) const; // until the next change
    [[nodiscard]] const std::vector<Row>& rows() const { return m_rows; }
    [[nodiscard]] qint64 totalBytes() const; // each image once
    void setBusy(const QString& key, const QString& doing); // "Removing…"; empty takes it back

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void refreshed();
    void failed(const QString& problem);

private:
    void setRows(std::vector<Row> rows);
    void updateUsers();
    [[nodiscard]] std::unordered_map<std::string, std::vector<std::string>> users() const;

    EngineBridge& m_bridge;
    const ContainerModel& m_containers;
    std::vector<Row> m_rows;
    std::unordered_map<std::string, std::size_t> m_at; // key → index in m_rows
    std::unordered_map<std::string, QString> m_busy;
    bool m_loaded = false;
    QTimer m_coalesce;
    Request m_request;
};

// Without "sha256:", twelve digits.
[[nodiscard]] QString shortId(const std::string& id);

} // namespace slipway::ui
