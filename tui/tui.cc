#include "tui/tui.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <utility>

#include "tui/app.h"
#include "tui/engine_thread.h"
#include "tui/status_line.h"
#include "tui/terminal.h"

namespace sipladder {
namespace {

constexpr int kRedrawMs = 100;
constexpr int kIdleMs = 250;
constexpr int kBreathMs = 15;  // pause of a view with more to do, so that the engine gets the lock
constexpr std::chrono::milliseconds kSlice{25}, kSliceWhileReading{5};
constexpr int kScriptMs = 20;  // how often a waiting script looks whether all is read

// The screen and the keyboard. While a view is busy, `q` leaves the program, and other keys wait
// until the view is done.
class Desk {
 public:
  Desk(Session& session, Terminal& terminal, const std::vector<Key>& keys)
      : session_(session), terminal_(terminal), script_(keys.begin(), keys.end()) {}

  void show(Canvas canvas) {
    terminal_.show(canvas);
    shown_ = std::move(canvas);
  }
  // Keys of a script are taken only when all is read and judged (`settled`).
  Key next_key(int timeout_ms, bool settled) {
    if (!waiting_.empty()) return take(&waiting_);
    if (script_.empty()) return terminal_.read_key(timeout_ms);
    return settled ? take(&script_) : terminal_.read_key(kScriptMs);
  }
  void while_busy() {
    Canvas canvas = shown_;
    canvas.text(0, canvas.height() - 1, std::string_view("busy: q leaves the program "));
    canvas.reverse_row(canvas.height() - 1);
    terminal_.show(canvas);
    const Key key = terminal_.read_key(kRedrawMs);
    if (key == 'q') {
      session_.stop = true;
      session_.model.cancellation.request();
    } else if (key != kKeyNone) {
      waiting_.push_back(key);
    }
  }

 private:
  static Key take(std::deque<Key>* keys) {
    const Key key = keys->front();
    keys->pop_front();
    return key;
  }

  Session& session_;
  Terminal& terminal_;
  Canvas shown_{1, 1};
  std::deque<Key> waiting_, script_;
};

void run_screen(const Session& session, App& app, Terminal& terminal, Desk& desk,
                const EngineThread& engine, Ui& ui) {
  bool redraw = true;
  while (!session.stop) {
    const bool growing = !engine.ended();
    ui.slice = growing ? kSliceWhileReading : kSlice;
    terminal.use_mouse(ui.mouse);
    if (redraw) desk.show(app.frame(terminal.width(), terminal.height()));
    const bool working = app.working();
    const int wait = working                      ? (growing ? kBreathMs : 0)
                     : growing && !session.idle() ? kRedrawMs
                                                  : kIdleMs;
    const Key key = desk.next_key(wait, (ui.live || !growing) && !working);
    redraw = growing || working || key != kKeyNone;
    if (key == kKeyNone || key == kKeyResize) continue;
    if (!app.key(key)) return;
    if (!ui.clipboard.empty()) terminal.copy(std::exchange(ui.clipboard, {}));
  }
}

// Prints the line that stays in the terminal when the UI has gone.
void print_summary(const Overview& overview, const Model& model) {
  const std::string words =
      overview.known()
          ? overview_sentence(overview)
          : fmt::format("{} and {} were read; what is wrong with them was not looked at",
                        counted(model.accounting.packets, "packet"),
                        counted(model.calls.held(), "dialog"));
  std::fputs((words + "\n").c_str(), stdout);
}

// Whether terminal or locale would show something else for the characters of lines and arrows.
bool shows_ascii_only() {
  const char* const term = std::getenv("TERM");
  const std::string_view name = term == nullptr ? "" : term;
  if (name.starts_with("vt") || name == "ansi" || name == "cons25") return true;
  for (const char* const variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale = value;
    const size_t dot = locale.find('.');
    if (dot == std::string_view::npos) return false;  // "C" does not name a character set
    const std::string_view set = locale.substr(dot + 1);
    return !set.starts_with("UTF") && !set.starts_with("utf");
  }
  return false;
}

}  // namespace

std::string unusable_terminal() {
  const char* const term = std::getenv("TERM");
  const std::string_view name = term == nullptr ? "" : term;
  if (!name.empty() && name != "dumb" && name != "unknown") return {};
  return fmt::format(
      "this terminal (TERM={}) cannot place text: here are the calls; `sipladder ladder` and "
      "`sipladder findings` tell the rest",
      name.empty() ? "not set" : name);
}

int run_tui(Session& session, const TuiOptions& options) {
  Ui& ui = *options.ui;
  ui.ascii |= shows_ascii_only();
  bool by_user = false;  // the user has left, no signal ended the program
  {
    Terminal terminal(ui.color);
    if (!terminal.is_open()) {
      std::fputs("sipladder: this terminal cannot be used (TERM unknown?): try `sipladder calls`\n",
                 stderr);
      return 2;
    }
    EngineThread engine(session, options.live);
    ui.live = options.live;
    ui.pause = [&](bool paused) { engine.paused = paused; };
    ui.stop_reading = [&] { engine.enough = true; };
    const Shared shared{session.model,   session.log, session.analyst, session.lock,
                        engine.verdicts, options.utc, options.ui};
    Desk desk(session, terminal, options.keys);
    StatusLine status(session, options.live);
    App app(
        shared, options.calls_only, [&] { return status.text(ui.paused); },
        [&] { desk.while_busy(); }, options.list);
    run_screen(session, app, terminal, desk, engine, ui);
    by_user = !session.stop;
    ui.pause = nullptr;
    ui.stop_reading = nullptr;
  }
  if (by_user) print_summary(ui.overview, session.model);
  return 0;
}

}  // namespace sipladder
