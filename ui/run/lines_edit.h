// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QPlainTextEdit>

namespace slipway::ui
{

// One entry a line: an edit as high as its lines, within bounds. An entry may hold a line break of its own (shown as one, kept
// as such). Tab leaves it, as it leaves any field of a form. GUI thread.
class LinesEdit : public QPlainTextEdit
{
    Q_OBJECT

public:
    LinesEdit(int minimumLines, int maximumLines, QWidget* parent = nullptr);

    void setLines(const QStringList& lines);
    [[nodiscard]] QStringList lines() const; // without blank ones
    // What a pasted text becomes: false when FILTER has dealt with it itself.
    void setPasteFilter(std::function<bool(QString& text)> filter) { m_filter = std::move(filter); }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void insertFromMimeData(const QMimeData* source) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    int m_minimum, m_maximum;
    std::function<bool(QString&)> m_filter;
};

} // namespace slipway::ui
