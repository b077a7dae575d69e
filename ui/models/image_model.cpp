// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/image_model.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include <QDateTime>
#include <QLocale>

#include "models/container_model.h"
#include "models/list_dates.h"
#include "models/same_summary.h"
#include "widgets/bytes.h"

namespace slipway::ui
{
namespace
{
constexpr int coalesceMs = 50;

std::vector<ImageModel::Row> rowsOf(const dockerapi::ImageSummary& image)
{
    std::vector<ImageModel::Row> rows;
    for (const std::string& name : image.repoTags) {
        const std::size_t colon = name.rfind(':');
        if (name.starts_with("<none>") || colon == std::string::npos)
            continue;
        rows.push_back({name, name.substr(0, colon), name.substr(colon + 1), image, {}});
    }
    if (rows.empty()) {
        const std::string digest = image.repoDigests.empty() ? std::string() : image.repoDigests.front();
        const std::string repository = digest.starts_with("<none>") ? std::string() : digest.substr(0, digest.find('@'));
        rows.push_back({image.id, repository, {}, image, {}});
    }
    return rows;
}
} // namespace

ImageModel::ImageModel(EngineBridge& bridge, const ContainerModel& containers, QObject* parent)
    : QAbstractTableModel(parent), m_bridge(bridge), m_containers(containers)
{
    m_coalesce.setSingleShot(true);
    m_coalesce.setInterval(coalesceMs);
    connect(&m_coalesce, &QTimer::timeout, this, &ImageModel::refresh);
    connect(&bridge, &EngineBridge::stateChanged, this, [this](EngineBridge::State state) {
        m_loaded = m_loaded && state == EngineBridge::State::Connected;
        if (state == EngineBridge::State::Connected)
            refresh();
    });
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& message) {
        if (message.type == "image" && !m_coalesce.isActive())
            m_coalesce.start();
    });
    connect(&containers, &ContainerModel::refreshed, this, &ImageModel::updateUsers);
    if (bridge.state() == EngineBridge::State::Connected)
        refresh();
}

void ImageModel::refresh()
{
    using Images = Result<std::vector<dockerapi::ImageSummary>>;
    m_request = m_bridge.client().images().list(onGui<Images>(this, [this](const Images& images) {
        if (images)
            setImages(*images);
        else
            emit failed(QString::fromStdString(images.error().message));
    }));
}

std::unordered_map<std::string, std::vector<std::string>> ImageModel::users() const
{
    std::unordered_map<std::string, std::vector<std::string>> by;
    for (const auto* container : m_containers.containers())
        by[container->imageId].push_back(container->name);
    for (auto& [image, names] : by)
        std::ranges::sort(names);
    return by;
}

void ImageModel::setImages(const std::vector<dockerapi::ImageSummary>& images)
{
    auto by = users();
    std::vector<Row> rows;
    for (const auto& image : images)
        for (Row& row : rowsOf(image)) {
            if (const auto it = by.find(image.id); it != by.end())
                row.users = it->second;
            rows.push_back(std::move(row));
        }
    setRows(std::move(rows));
    m_loaded = true;
    emit refreshed();
}

void ImageModel::setRows(std::vector<Row> rows)
{
    std::unordered_set<std::string> wanted;
    std::erase_if(rows, [&wanted](const Row& row) { return !wanted.insert(row.key).second; });
    for (int last = int(m_rows.size()) - 1; last >= 0; --last) {
        const auto gone = [&](int i) { return !wanted.contains(m_rows[std::size_t(i)].key); };
        if (!gone(last))
            continue;
        int first = last;
        while (first > 0 && gone(first - 1))
            --first;
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
        endRemoveRows();
        last = first;
    }
    m_at.clear();
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_at[m_rows[i].key] = i;
    std::vector<Row> added;
    for (Row& row : rows) {
        const auto it = m_at.find(row.key);
        if (it == m_at.end()) {
            added.push_back(std::move(row));
        } else if (!same(m_rows[it->second].image, row.image) || m_rows[it->second].users != row.users) {
            m_rows[it->second] = std::move(row);
            emit dataChanged(index(int(it->second), 0), index(int(it->second), ColumnCount - 1));
        }
    }
    if (added.empty())
        return;
    beginInsertRows({}, int(m_rows.size()), int(m_rows.size() + added.size()) - 1);
    for (Row& row : added) {
        m_at[row.key] = m_rows.size();
        m_rows.push_back(std::move(row));
    }
    endInsertRows();
}

void ImageModel::updateUsers()
{
    const auto by = users();
    bool any = false;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto it = by.find(m_rows[i].image.id);
        const std::vector<std::string> now = it == by.end() ? std::vector<std::string>() : it->second;
        if (now == m_rows[i].users)
            continue;
        m_rows[i].users = now;
        any = true;
        emit dataChanged(index(int(i), 0), index(int(i), ColumnCount - 1));
    }
    if (any)
        emit refreshed();
}

const ImageModel::Row* ImageModel::find(const QString& key) const
{
    const auto it = m_at.find(key.toStdString());
    return it == m_at.end() ? nullptr : &m_rows[it->second];
}

qint64 ImageModel::totalBytes() const
{
    std::set<std::string> seen;
    qint64 sum = 0;
    for (const Row& row : m_rows)
        if (seen.insert(row.image.id).second)
            sum += row.image.size;
    return sum;
}

void ImageModel::setBusy(const QString& key, const QString& doing)
{
    if (doing.isEmpty())
        m_busy.erase(key.toStdString());
    else
        m_busy[key.toStdString()] = doing;
    if (const auto it = m_at.find(key.toStdString()); it != m_at.end())
        emit dataChanged(index(int(it->second), 0), index(int(it->second), ColumnCount - 1));
}

int ImageModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ImageModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ImageModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const auto text = [](const std::string& string) { return QString::fromStdString(string); };
    if (role == IdRole)
        return text(row.key);
    if (role == StateRole)
        return row.tag.empty() ? QStringLiteral("dangling") : row.users.empty() ? QStringLiteral("unused") : QStringLiteral("used");
    if (role == BusyRole)
        return m_busy.contains(row.key);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((index.column() == Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role == SearchRole)
        return QStringLiteral("%1:%2 %3").arg(text(row.repository), text(row.tag), shortId(row.image.id));
    if (role == ToneRole && (index.column() == Id || index.column() == Created || row.repository.empty()))
        return int(Tint::Muted);
    const bool shown = role == Qt::DisplayRole;
    switch (index.column()) {
    case Repository:
        if (const auto busy = m_busy.find(row.key); busy != m_busy.end() && role == AsideRole)
            return busy->second;
        if (role == SortRole)
            return QString(text(row.repository) + QLatin1Char(':') + text(row.tag));
        return shown ? (row.repository.empty() ? tr("<none>") : text(row.repository)) : QVariant();
    case Tag: return shown ? (row.tag.empty() ? tr("<none>") : text(row.tag)) : QVariant();
    case Id: return role == Qt::ToolTipRole ? text(row.image.id) : shown ? shortId(row.image.id) : QVariant();
    case Size: return role == SortRole ? QVariant(qlonglong(row.image.size)) : shown ? QVariant(bytesText(row.image.size)) : QVariant();
    case Created:
        if (role == SortRole)
            return qlonglong(row.image.created);
        if (role == Qt::ToolTipRole)
            return QLocale().toString(QDateTime::fromSecsSinceEpoch(row.image.created), QLocale::LongFormat);
        return shown ? listDate(row.image.created) : QVariant();
    case UsedBy: {
        if (role == SortRole)
            return int(row.users.size());
        QStringList names;
        for (const std::string& name : row.users)
            names << text(name);
        if (role == Qt::ToolTipRole)
            return names.join(QLatin1Char('\n'));
        return shown ? names.join(QStringLiteral(", ")) : QVariant();
    }
    default: return {};
    }
}

QVariant ImageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((section == Size ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QStringList titles{tr("Repository"), tr("Tag"), tr("ID"), tr("Size"), tr("Created"), tr("Used by")};
    return titles.value(section);
}

QString shortId(const std::string& id)
{
    const std::size_t colon = id.find(':');
    return QString::fromStdString(id.substr(colon == std::string::npos ? 0 : colon + 1, 12));
}

} // namespace slipway::ui
