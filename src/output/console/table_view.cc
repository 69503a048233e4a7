// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/table_view.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <ncursesw/curses.h>

#include <locale.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>

#include "terminal_check.h"

namespace cppd::output {
namespace {

constexpr int kKeysPerTick = 256;  // a paste does not starve the caller
constexpr int kEscapeDelayMs = 25;

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{"localhost"};
}

struct Look {
  Style style;
  short colour;  // of the terminal; -1: its default
  attr_t attributes;
};
constexpr Look kLooks[] = {
    {Style::plain, -1, WA_NORMAL},
    {Style::title, -1, WA_BOLD},
    {Style::family, COLOR_CYAN, WA_BOLD},
    {Style::chart, -1, WA_BOLD},
    {Style::faint, -1, WA_DIM},
    {Style::value, -1, WA_NORMAL},
    {Style::history, COLOR_GREEN, WA_NORMAL},
    {Style::alert, COLOR_RED, WA_BOLD},
    {Style::prompt, COLOR_YELLOW, WA_NORMAL},
};

Key key_of(int code, bool function_key) {
  using Kind = Key::Kind;
  if (!function_key) {
    switch (code) {
      case 27: return {Kind::escape};
      case '\n':
      case '\r': return {Kind::enter};
      case 8:
      case 127: return {Kind::backspace};
      default: return {Kind::character, static_cast<char32_t>(code)};
    }
  }
  switch (code) {
    case KEY_UP: return {Kind::up};
    case KEY_DOWN: return {Kind::down};
    case KEY_PPAGE: return {Kind::page_up};
    case KEY_NPAGE: return {Kind::page_down};
    case KEY_HOME: return {Kind::home};
    case KEY_END: return {Kind::end};
    case KEY_ENTER: return {Kind::enter};
    case KEY_BACKSPACE: return {Kind::backspace};
    case KEY_RESIZE: return {Kind::resize};
    default: return {};
  }
}

}  // namespace

/// The screen of ncurses and the character type of the locale, which it needs to draw anything but ASCII.
struct TableView::Curses {
  SCREEN* screen = nullptr;
  std::string locale_before;
  bool colour = false;

  ~Curses() {
    if (screen != nullptr) {
      endwin();
      delscreen(screen);
    }
    if (!locale_before.empty()) setlocale(LC_CTYPE, locale_before.c_str());
  }
  [[nodiscard]] bool start(const Terminal& terminal) {
    if (!terminal_moves_cursor(terminal.type, fileno(terminal.out))) return false;
    const char* before = setlocale(LC_CTYPE, nullptr);
    locale_before = before == nullptr ? "C" : before;
    setlocale(LC_CTYPE, "");
    screen = newterm(terminal.type, terminal.out, terminal.in);
    if (screen == nullptr) return false;
    set_term(screen);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(kEscapeDelayMs);
    curs_set(0);
    colour = terminal.colour && has_colors() && start_color() == OK && use_default_colors() == OK;
    if (!colour) return true;
    for (const auto& look : kLooks) {
      if (look.colour >= 0) init_pair(pair_of(look), look.colour, -1);
    }
    return true;
  }
  [[nodiscard]] static short pair_of(const Look& look) { return static_cast<short>(&look - kLooks + 1); }
  void wear(Style style) const {
    const auto& look = kLooks[static_cast<std::size_t>(style)];
    attr_set(look.attributes, colour && look.colour >= 0 ? pair_of(look) : short{0}, nullptr);
  }
};

TableView::Terminal TableView::process_terminal() {
  Terminal terminal;
  const char* no_colour = std::getenv("NO_COLOR");
  terminal.colour = no_colour == nullptr || *no_colour == '\0';
  return terminal;
}

TableView::TableView(ChartBoard& board, const Terminal& terminal, const Clock& clock)
    : board_{board},
      terminal_{terminal},
      clock_{clock},
      meter_{clock},
      host_{host_name()},
      curses_{std::make_unique<Curses>()} {}

TableView::~TableView() = default;

Result<std::unique_ptr<TableView>> TableView::open(ChartBoard& board, const Terminal& terminal, const Clock& clock) {
  std::unique_ptr<TableView> view{new TableView{board, terminal, clock}};
  if (!view->curses_->start(terminal)) {
    const char* type = terminal.type != nullptr ? terminal.type : std::getenv("TERM");
    return std::unexpected(
        invalid_input(fmt::format("terminal type {:?} cannot show a table", type == nullptr ? "" : type)));
  }
  return view;
}

Key TableView::poll() {
  wint_t code = 0;
  const int got = get_wch(&code);
  if (got == ERR) return {};
  return key_of(static_cast<int>(code), got == KEY_CODE_YES);
}

Result<bool> TableView::tick() {
  bool changed = false;
  for (int i = 0; i < kKeysPerTick; ++i) {
    const auto key = poll();
    if (key.kind == Key::Kind::none) break;
    if (!apply(key, shown_, state_)) return false;
    changed = true;
  }
  const auto now = clock_.now();
  if (now >= redraw_at_) {
    redraw_at_ = now + kRedraw;
    changed = true;
    if (!state_.paused) board_.snapshot(snapshot_);
  }
  if (changed) draw();
  return true;
}

void TableView::draw() {
  status_.host = host_;
  status_.time =
      fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(std::chrono::system_clock::to_time_t(clock_.wall())));
  status_.usage = meter_.measure();
  status_.charset = terminal_.charset;
  const TerminalSize size{static_cast<std::size_t>(getmaxx(stdscr)), static_cast<std::size_t>(getmaxy(stdscr))};
  shown_ = render(snapshot_, status_, state_, size);
  state_.offset = shown_.offset;
  erase();
  for (std::size_t row = 0; row < shown_.lines.size(); ++row) {
    move(static_cast<int>(row), 0);
    for (const auto& piece : shown_.lines[row]) {
      curses_->wear(piece.style);
      addstr(piece.text.c_str());
    }
  }
  refresh();
}

}  // namespace cppd::output
