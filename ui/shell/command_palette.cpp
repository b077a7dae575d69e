// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/command_palette.h"

#include <algorithm>

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "shell/fuzzy_match.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int wide = 560, rowHeight = 34, mostRows = 11, mostShown = 200;
constexpr int kindRole = Qt::UserRole, keysRole = Qt::UserRole + 1, iconRole = Qt::UserRole + 2;

class EntryDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {wide - 20, rowHeight}; }
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const theme::Colors& c = theme::colors();
        p->save();
        p->setRenderHint(QPainter::Antialiasing);
        if (option.state & QStyle::State_Selected) {
            p->setPen(Qt::NoPen);
            p->setBrush(c.select);
            p->drawRoundedRect(QRectF(option.rect).adjusted(4, 1, -4, -1), 4, 4);
        }
        const auto at = [&option](const QRect& rect) { return QStyle::visualRect(option.direction, option.rect, rect); };
        const QRect r = option.rect;
        paintIcon(*p, at(QRect(r.left() + 14, r.center().y() - 7, 16, 16)), index.data(iconRole).toByteArray().constData(), c.muted);
        const QString kind = index.data(keysRole).toString().isEmpty() ? index.data(kindRole).toString() : index.data(keysRole).toString();
        const int kindWidth = option.fontMetrics.horizontalAdvance(kind) + 4;
        p->setPen(c.muted);
        p->drawText(at(QRect(r.right() - 14 - kindWidth, r.top(), kindWidth, r.height())),
                    int(QStyle::visualAlignment(option.direction, Qt::AlignRight) | Qt::AlignVCenter), kind);
        p->setPen(c.text);
        const QRect words = at(QRect(r.left() + 42, r.top(), r.width() - 64 - kindWidth, r.height()));
        p->drawText(words, int(QStyle::visualAlignment(option.direction, Qt::AlignLeft) | Qt::AlignVCenter),
                    option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, words.width()));
        p->restore();
    }
};
} // namespace

CommandPalette::CommandPalette(std::vector<Entry> entries, QWidget* window)
    : QDialog(window, Qt::Popup | Qt::FramelessWindowHint), m_entries(std::move(entries)), m_field(new QLineEdit), m_list(new QListView),
      m_model(new QStandardItemModel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QLatin1StringView(names::palette));
    setWindowTitle(tr("Commands"));
    m_field->setPlaceholderText(tr("Container, image or command"));
    m_field->setAccessibleName(m_field->placeholderText());
    m_field->addAction(icon("search", Tint::Muted), QLineEdit::LeadingPosition);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new EntryDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(tr("Matches"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space2, theme::space2, theme::space2, theme::space1);
    column->setSpacing(theme::space1);
    column->addWidget(m_field);
    column->addWidget(m_list);
    m_field->installEventFilter(this);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::narrow);
    connect(m_field, &QLineEdit::returnPressed, this, &CommandPalette::choose);
    connect(m_list, &QListView::clicked, this, &CommandPalette::choose);
    setFixedSize(wide, rowHeight * mostRows + 60);
    move(window->mapToGlobal(QPoint((window->width() - wide) / 2, std::min(80, window->height() / 8))));
    narrow({});
    m_field->setFocus();
}

void CommandPalette::narrow(const QString& query)
{
    std::vector<std::pair<int, std::size_t>> ranked;
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        if (const int score = fuzzyScore(query.trimmed(), m_entries[i].text); score > 0)
            ranked.emplace_back(-score, i);
    std::ranges::stable_sort(ranked, {}, &std::pair<int, std::size_t>::first);
    if (ranked.size() > mostShown)
        ranked.resize(mostShown);
    m_shown.clear();
    m_model->clear();
    for (const auto& [score, i] : ranked) {
        const Entry& entry = m_entries[i];
        auto* item = new QStandardItem(entry.text);
        item->setData(entry.kind, kindRole);
        item->setData(entry.keys, keysRole);
        item->setData(QByteArray(entry.icon), iconRole);
        item->setData(QStringLiteral("%1, %2").arg(entry.text, entry.kind), Qt::AccessibleTextRole);
        m_model->appendRow(item);
        m_shown.push_back(i);
    }
    m_list->setCurrentIndex(m_model->index(0, 0));
}

void CommandPalette::choose()
{
    const int row = m_list->currentIndex().row();
    if (row < 0)
        return;
    const auto run = m_entries[m_shown[std::size_t(row)]].run;
    close();
    run();
}

bool CommandPalette::eventFilter(QObject* object, QEvent* event)
{
    if (object == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            const int step = key == Qt::Key_Up ? -1 : key == Qt::Key_Down ? 1 : key == Qt::Key_PageUp ? -mostRows : mostRows;
            const int row = std::clamp(m_list->currentIndex().row() + step, 0, std::max(0, m_model->rowCount() - 1));
            m_list->setCurrentIndex(m_model->index(row, 0));
            return true;
        }
    }
    return QDialog::eventFilter(object, event);
}

void CommandPalette::paintEvent(QPaintEvent*)
{
    const theme::Colors& c = theme::colors();
    QPainter p(this);
    p.fillRect(rect(), c.surface);
    p.setPen(c.strongLine);
    p.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace slipway::ui
