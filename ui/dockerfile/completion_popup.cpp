// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/completion_popup.h"

#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int mostRows = 9, iconSize = 16, widest = 560, narrowest = 220;
enum Roles { DetailRole = Qt::UserRole, IconRole };

const char* iconOf(Completion::Item::Kind kind)
{
    using enum Completion::Item::Kind;
    switch (kind) {
    case Instruction: return "command";
    case Flag: return "settings";
    case Value: return "chevron-right";
    case Stage: return "layers";
    case Image: return "images";
    case Variable: return "tag";
    case File: return "file";
    case Folder: return "folder";
    }
    return "command";
}

class ItemDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    [[nodiscard]] static int widthOf(const QFont& font, const QString& text, const QString& detail)
    {
        const QFontMetrics metrics(font);
        return theme::space2 * 2 + iconSize + theme::space2 + metrics.horizontalAdvance(text) +
               (detail.isEmpty() ? 0 : theme::space6 + metrics.horizontalAdvance(detail));
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto& colors = theme::colors();
        if (option.state & QStyle::State_Selected)
            painter->fillRect(option.rect, colors.select);
        QRect room = option.rect.adjusted(theme::space2, 0, -theme::space2, 0);
        paintIcon(*painter, QRectF(room.left(), room.center().y() - iconSize / 2 + 1, iconSize, iconSize),
                  index.data(IconRole).toByteArray().constData(), colors.muted);
        room.setLeft(room.left() + iconSize + theme::space2);
        const QString text = index.data(Qt::DisplayRole).toString(), detail = index.data(DetailRole).toString();
        painter->setPen(colors.text);
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignLeft, text);
        room.setLeft(room.left() + option.fontMetrics.horizontalAdvance(text) + theme::space6);
        painter->setPen(colors.muted);
        painter->drawText(room, Qt::AlignVCenter | Qt::AlignRight, option.fontMetrics.elidedText(detail, Qt::ElideRight, room.width()));
    }
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {narrowest, option.fontMetrics.height() + theme::space2};
    }
};
} // namespace

CompletionPopup::CompletionPopup(QPlainTextEdit& editor) : QListWidget(&editor)
{
    setObjectName(QLatin1StringView(names::completionPopup));
    setAccessibleName(tr("Completion"));
    setFocusPolicy(Qt::NoFocus);
    setItemDelegate(new ItemDelegate(this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setUniformItemSizes(true);
    hide();
    connect(this, &QListWidget::itemClicked, this, &CompletionPopup::choose);
}

void CompletionPopup::offer(Completion completion, const QPoint& below, const QPoint& above)
{
    m_completion = std::move(completion);
    clear();
    int width = narrowest;
    for (const Completion::Item& each : m_completion.items) {
        auto* item = new QListWidgetItem(each.text.trimmed(), this);
        item->setData(DetailRole, each.detail);
        item->setData(IconRole, QByteArray(iconOf(each.kind)));
        width = std::max(width, ItemDelegate::widthOf(font(), each.text, each.detail));
    }
    if (count() == 0) {
        hide();
        return;
    }
    setCurrentRow(0);
    const int rows = std::min(count(), mostRows);
    const QSize size(std::min(width + verticalScrollBar()->sizeHint().width(), std::min(widest, parentWidget()->width() - 2 * theme::space2)),
                     rows * sizeHintForRow(0) + 2 * frameWidth());
    const bool fits = below.y() + size.height() <= parentWidget()->height();
    const int x = std::clamp(below.x(), 0, std::max(0, parentWidget()->width() - size.width()));
    setGeometry(QRect(QPoint(x, fits ? below.y() : std::max(0, above.y() - size.height())), size));
    show();
    raise();
}

bool CompletionPopup::takeKey(QKeyEvent* event)
{
    if (!isVisible())
        return false;
    const int page = mostRows - 1;
    switch (event->key()) {
    case Qt::Key_Down: setCurrentRow((currentRow() + 1) % count()); return true;
    case Qt::Key_Up: setCurrentRow((currentRow() + count() - 1) % count()); return true;
    case Qt::Key_PageDown: setCurrentRow(std::min(count() - 1, currentRow() + page)); return true;
    case Qt::Key_PageUp: setCurrentRow(std::max(0, currentRow() - page)); return true;
    case Qt::Key_Escape: hide(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Tab: choose(); return true;
    default: return false;
    }
}

void CompletionPopup::choose()
{
    const int row = currentRow();
    hide();
    if (row < 0 || row >= int(m_completion.items.size()))
        return;
    const Completion::Item item = m_completion.items[std::size_t(row)]; // whoever takes it may offer anew
    emit chosen(item);
}

} // namespace slipway::ui
