#include "tui/tui.h"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <utility>

#include "correlate/model/names.h"
#include "tui/app.h"
#include "tui/engine_thread.h"
#include "tui/terminal.h"

namespace sipladder {
namespace {

constexpr int kRedrawMs = 100;
constexpr int kIdleMs = 250;

// What the last row says of the capture. Requires the session's lock.
std::string status_text(const Session& session, bool live) {
  std::string out = counted(session.model.accounting.packets, "packet");
  uint64_t dropped = 0, refused = 0;
  bool anybody = false;
  std::string damage;
  for (const SourceInfo& info : session.model.captures) {
    dropped += info.dropped;
    refused += info.refused;
    anybody |= info.from_anybody;
    if (!info.damage.empty()) damage = "  " + info.damage;
  }
  if (dropped > 0) out += fmt::format("  {} dropped", dropped);
  if (refused > 0) out += fmt::format("  {} without the HEP key refused", refused);
  const uint64_t evicted = session.model.evicted.calls;
  if (evicted > 0) out += "  " + counted(evicted, "call") + " given up for memory";
  if (const std::string trouble = session.log.trouble(); !trouble.empty()) return trouble + damage;
  if (session.model.finished) return out + damage;
  if (live) return out + (anybody ? "  live, HEP from anybody" : "  live");
  const double progress = session.progress();
  return out + (progress >= 0 ? fmt::format("  reading {:.0f}%", progress * 100) : "  reading");
}

// The screen and the keyboard, also while a view is busy: then `q` leaves the program, and other
// keys wait until it is done.
class Desk {
 public:
  Desk(Session& session, Terminal& terminal) : session_(session), terminal_(terminal) {}

  void show(Canvas canvas) {
    terminal_.show(canvas);
    shown_ = std::move(canvas);
  }
  Key next_key(int timeout_ms) {
    if (waiting_.empty()) return terminal_.read_key(timeout_ms);
    const Key key = waiting_.front();
    waiting_.pop_front();
    return key;
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
  Session& session_;
  Terminal& terminal_;
  Canvas shown_{1, 1};
  std::deque<Key> waiting_;
};

void run_screen(const Session& session, App& app, Terminal& terminal, Desk& desk,
                const EngineThread& engine) {
  bool redraw = true;
  while (!session.stop) {
    const bool growing = !engine.ended();
    if (redraw) desk.show(app.frame(terminal.width(), terminal.height()));
    const Key key = desk.next_key(growing && !session.idle() ? kRedrawMs : kIdleMs);
    redraw = growing || key != kKeyNone;
    if (key == kKeyNone || key == kKeyResize) continue;
    if (!app.key(key)) return;
  }
}

}  // namespace

int run_tui(Session& session, const TuiOptions& options) {
  Terminal terminal;
  if (!terminal.is_open()) {
    std::fputs("sipladder: this terminal cannot be used (TERM unknown?): try `sipladder calls`\n",
               stderr);
    return 2;
  }
  EngineThread engine(session, options.live);
  const Shared shared{session.model, session.log,     session.analyst,
                      session.lock,  engine.verdicts, options.utc};
  Desk desk(session, terminal);
  App app(
      shared, options.calls_only, [&] { return status_text(session, options.live); },
      [&] { desk.while_busy(); }, options.list);
  run_screen(session, app, terminal, desk, engine);
  return 0;
}

}  // namespace sipladder
