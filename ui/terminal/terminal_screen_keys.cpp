// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_screen.h"

#include <vterm.h>

// The other direction: what the user types, pastes and clicks.
namespace slipway::ui
{

void TerminalScreen::key(int vtermKey, int modifiers)
{
    m_answerBudget += 64; // keys are not the program's answers
    vterm_keyboard_key(m_vterm, static_cast<VTermKey>(vtermKey), static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::character(char32_t c, int modifiers)
{
    m_answerBudget += 64;
    vterm_keyboard_unichar(m_vterm, c, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::paste(const QString& text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == QLatin1Char('\r') && i + 1 < text.size() && text[i + 1] == QLatin1Char('\n'))
            continue;
        if (c == QLatin1Char('\n'))
            clean += QLatin1Char('\r');
        else if (c == QLatin1Char('\t') || c == QLatin1Char('\r') || (c.unicode() >= 0x20 && c.unicode() != 0x7f &&
                                                                       (c.unicode() < 0x80 || c.unicode() >= 0xa0)))
            clean += c;
    }
    const std::string bytes = clean.toStdString();
    m_answerBudget += 64;
    vterm_keyboard_start_paste(m_vterm);
    if (onOutput && !bytes.empty())
        onOutput(bytes);
    vterm_keyboard_end_paste(m_vterm);
}

void TerminalScreen::mouse(int row, int column, int button, bool pressed, int modifiers)
{
    m_answerBudget += 128;
    vterm_mouse_move(m_vterm, row, column, static_cast<VTermModifier>(modifiers));
    vterm_mouse_button(m_vterm, button, pressed, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::mouseMove(int row, int column, int modifiers)
{
    m_answerBudget += 64;
    vterm_mouse_move(m_vterm, row, column, static_cast<VTermModifier>(modifiers));
}

void TerminalScreen::focus(bool in)
{
    m_answerBudget += 64;
    VTermState* state = vterm_obtain_state(m_vterm);
    in ? vterm_state_focus_in(state) : vterm_state_focus_out(state);
}

} // namespace slipway::ui
