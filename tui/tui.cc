#include "tui/tui.h"

#include <fmt/format.h>

#include <cstdio>

#include "correlate/names.h"
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
  uint64_t dropped = 0;
  std::string damage;
  for (const SourceInfo& info : session.model.captures) {
    dropped += info.dropped;
    if (!info.damage.empty()) damage = "  " + info.damage;
  }
  if (dropped > 0) out += fmt::format("  {} dropped", dropped);
  const uint64_t evicted = session.model.evicted.calls;
  if (evicted > 0) out += "  " + counted(evicted, "call") + " given up for memory";
  if (session.model.finished) return out + damage;
  if (live) return out + "  live";
  const double progress = session.progress();
  return out + (progress >= 0 ? fmt::format("  reading {:.0f}%", progress * 100) : "  reading");
}

void run_screen(const Session& session, App& app, Terminal& terminal, const EngineThread& engine) {
  bool redraw = true;
  while (!session.stop) {
    const bool growing = !engine.ended();
    if (redraw) terminal.show(app.frame(terminal.width(), terminal.height()));
    const Key key = terminal.read_key(growing && !session.idle() ? kRedrawMs : kIdleMs);
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
  const Shared shared{session.model,    session.log,     session.analyst, session.mutex,
                      engine.want_lock, engine.verdicts, options.utc};
  App app(
      shared, options.calls_only, [&] { return status_text(session, options.live); }, options.list);
  run_screen(session, app, terminal, engine);
  return 0;
}

}  // namespace sipladder
