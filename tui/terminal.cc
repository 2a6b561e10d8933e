#include "tui/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// ncurses.h defines short words as macros: it must be the last include.
#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

namespace sipladder {
namespace {

short color_of(Ink ink) {
  switch (ink) {
    case Ink::error:
    case Ink::txn5:
      return COLOR_RED;
    case Ink::warning:
    case Ink::txn1:
      return COLOR_YELLOW;
    case Ink::info:
    case Ink::txn2:
      return COLOR_CYAN;
    case Ink::good:
    case Ink::txn0:
      return COLOR_GREEN;
    case Ink::media:
    case Ink::txn3:
      return COLOR_MAGENTA;
    case Ink::txn4:
      return COLOR_BLUE;
    default:
      return -1;
  }
}

attr_t attributes_of(const Cell& cell) {
  attr_t out = cell.reverse ? A_REVERSE : A_NORMAL;
  if (cell.ink == Ink::dim) out |= A_DIM;
  if (cell.ink == Ink::bold || cell.ink == Ink::header) out |= A_BOLD;
  return out;
}

short pair_of(Ink ink) {
  return static_cast<short>(static_cast<int>(ink) + 1);
}

// False when NO_COLOR has any value (https://no-color.org), or the terminal has no colours.
bool wants_colors() {
  const char* const without = std::getenv("NO_COLOR");
  return (without == nullptr || *without == '\0') && has_colors();
}

void start_colors() {
  start_color();
  use_default_colors();
  for (int i = 0; i <= static_cast<int>(Ink::txn5); i++) {
    const Ink ink = static_cast<Ink>(i);
    init_pair(pair_of(ink), color_of(ink), -1);
  }
}

Key special_key(wint_t code) {
  switch (code) {
    case KEY_UP:
      return kKeyUp;
    case KEY_DOWN:
      return kKeyDown;
    case KEY_LEFT:
      return kKeyLeft;
    case KEY_RIGHT:
      return kKeyRight;
    case KEY_PPAGE:
      return kKeyPageUp;
    case KEY_NPAGE:
      return kKeyPageDown;
    case KEY_HOME:
      return kKeyHome;
    case KEY_END:
      return kKeyEnd;
    case KEY_ENTER:
      return kKeyEnter;
    case KEY_BACKSPACE:
      return kKeyBackspace;
    case KEY_RESIZE:
      return kKeyResize;
    case KEY_DC:
      return kKeyDelete;
    case KEY_BTAB:
      return kKeyBackTab;
    default:
      if (code >= KEY_F(1) && code <= KEY_F(12))
        return function_key(static_cast<int>(code - KEY_F0));
      return kKeyNone;
  }
}

Key plain_key(wint_t code) {
  if (code == '\r' || code == '\n') return kKeyEnter;
  if (code == 27) return kKeyEscape;
  if (code == 127 || code == 8) return kKeyBackspace;
  return static_cast<Key>(code);
}

// What a signal handler needs to restore the terminal, because it may not call ncurses.
struct WayOut {
  termios modes{};
  int keyboard = -1;
  char text[128] = "";
  size_t size = 0;
};
WayOut g_way_out;

void add_to_way_out_text(const char* text) {
  const size_t size = std::strlen(text);
  if (size > sizeof g_way_out.text - g_way_out.size) return;
  std::memcpy(g_way_out.text + g_way_out.size, text, size);
  g_way_out.size += size;
}

void add_to_way_out(const char* capability) {
  const char* const text = tigetstr(capability);
  if (text == nullptr || text == reinterpret_cast<const char*>(-1)) return;
  add_to_way_out_text(text);
}

}  // namespace

Terminal::Terminal(bool color) {
  std::setlocale(LC_ALL, "");
  // The drawing is UTF-8; a C locale would show none of it.
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  set_escdelay(25);
  if (isatty(STDIN_FILENO) == 0) keyboard_.reset(std::fopen("/dev/tty", "re"));
  std::FILE* const keyboard = keyboard_ ? keyboard_.get() : stdin;
  const bool known = tcgetattr(fileno(keyboard), &g_way_out.modes) == 0;
  if (newterm(nullptr, stdout, keyboard) == nullptr) return;
  open_ = true;
  g_way_out.size = 0;
  for (const char* capability : {"sgr0", "cnorm", "rmkx", "rmcup"}) add_to_way_out(capability);
  if (has_mouse()) add_to_way_out_text("\033[?1000l\033[?1006l");
  if (known) g_way_out.keyboard = fileno(keyboard);
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  curs_set(0);
  colored_ = color && wants_colors();
  if (colored_) start_colors();
}

Terminal::~Terminal() {
  g_way_out.keyboard = -1;
  g_way_out.size = 0;
  if (!open_) return;
  // Where there is no other screen to go back to, the last row stays, and the shell writes into it.
  move(getmaxy(stdscr) - 1, 0);
  clrtoeol();
  refresh();
  endwin();
}

void leave_terminal_at_once() {
  if (write(STDOUT_FILENO, g_way_out.text, g_way_out.size) < 0) return;
  if (g_way_out.keyboard >= 0) tcsetattr(g_way_out.keyboard, TCSANOW, &g_way_out.modes);
}

int Terminal::width() const {
  return getmaxx(stdscr);
}
int Terminal::height() const {
  return getmaxy(stdscr);
}

Key Terminal::read_key(int timeout_ms) {
  wtimeout(stdscr, timeout_ms);
  wint_t code = 0;
  const int result = wget_wch(stdscr, &code);
  if (result == ERR) return kKeyNone;
  if (result == KEY_CODE_YES && code == KEY_MOUSE) return read_mouse();
  return result == KEY_CODE_YES ? special_key(code) : plain_key(code);
}

void Terminal::use_mouse(bool wanted) {
  if (wanted == mouse_) return;
  mouse_ = wanted;
  mouseinterval(0);  // ncurses reports each press and release at once, and waits for no second one
  constexpr mmask_t kEvents =
      BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED | BUTTON5_PRESSED;
  mousemask(wanted ? kEvents : 0, nullptr);
}

Key Terminal::read_mouse() {
  constexpr std::chrono::milliseconds kSoon{400};
  MEVENT event;
  if (getmouse(&event) != OK) return kKeyNone;
  MouseEvent out{MouseKind::click, event.x, event.y};
  if ((event.bstate & BUTTON4_PRESSED) != 0) {
    out.kind = MouseKind::wheel_up;
  } else if ((event.bstate & BUTTON5_PRESSED) != 0) {
    out.kind = MouseKind::wheel_down;
  } else if ((event.bstate & BUTTON1_RELEASED) != 0) {
    out.kind = MouseKind::release;
  } else if ((event.bstate & BUTTON1_PRESSED) != 0) {
    const auto now = std::chrono::steady_clock::now();
    const bool again = clicked_.x == out.x && clicked_.y == out.y && now - clicked_at_ < kSoon;
    clicked_ = out;
    clicked_at_ = again ? std::chrono::steady_clock::time_point{} : now;
    if (again) out.kind = MouseKind::double_click;
  } else {
    return kKeyNone;
  }
  return mouse_key(out);
}

void Terminal::copy(std::string_view text) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr size_t kMost = 64 << 10;
  text = text.substr(0, kMost);
  std::string out = "\033]52;c;";
  for (size_t i = 0; i < text.size(); i += 3) {
    uint32_t bits = 0;
    const size_t size = std::min<size_t>(3, text.size() - i);
    for (size_t k = 0; k < 3; k++)
      bits = bits << 8 | (k < size ? static_cast<uint8_t>(text[i + k]) : 0U);
    for (size_t k = 0; k < 4; k++) out += k <= size ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
  }
  out += '\a';
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

void Terminal::show(const Canvas& canvas) {
  werase(stdscr);
  for (int y = 0; y < canvas.height(); y++) {
    for (int x = 0; x < canvas.width(); x++) {
      const Cell& cell = canvas.at(x, y);
      if (cell.ch == 0) continue;
      const wchar_t text[2] = {static_cast<wchar_t>(cell.ch), L'\0'};
      cchar_t out;
      setcchar(&out, text, attributes_of(cell), colored_ ? pair_of(cell.ink) : short{0}, nullptr);
      mvwadd_wch(stdscr, y, x, &out);
    }
  }
  wrefresh(stdscr);
}

}  // namespace sipladder
