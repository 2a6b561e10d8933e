#include "tui/tui.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "tui/app.h"
#include "tui/engine_thread.h"
#include "tui/terminal.h"

namespace sipladder {
namespace {

constexpr int kRedrawMs = 100;
constexpr int kIdleMs = 250;

volatile std::sig_atomic_t interrupted = 0;

void on_signal(int) {
  interrupted = 1;
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
}

// What the last row says of the capture. Keeps its words while the engine holds the lock.
class Status {
 public:
  Status(Session& session, const EngineThread& engine, bool live)
      : session_(session), engine_(engine), live_(live) {}

  std::string text() {
    if (session_.mutex.try_lock()) {
      read_counters();
      session_.mutex.unlock();
    }
    std::string out = fmt::format("{} packets", packets_);
    if (dropped_ > 0) out += fmt::format("  {} dropped", dropped_);
    const double progress = session_.progress();
    if (engine_.ended()) return out + notes_;
    if (live_) return out + "  live";
    return out + (progress >= 0 ? fmt::format("  reading {:.0f}%", progress * 100) : "  reading");
  }

 private:
  void read_counters() {
    packets_ = session_.model.accounting.packets;
    dropped_ = 0;
    notes_.clear();
    for (const SourceInfo& info : session_.model.captures) {
      dropped_ += info.dropped;
      if (!info.damage.empty()) notes_ = "  " + info.damage;
    }
  }

  Session& session_;
  const EngineThread& engine_;
  bool live_;
  uint64_t packets_ = 0;
  uint64_t dropped_ = 0;
  std::string notes_;
};

void run_screen(App& app, Terminal& terminal, const EngineThread& engine) {
  bool redraw = true;
  while (interrupted == 0) {
    const bool growing = !engine.ended();
    if (redraw) terminal.show(app.frame(terminal.width(), terminal.height()));
    const Key key = terminal.read_key(growing ? kRedrawMs : kIdleMs);
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
  interrupted = 0;
  catch_signals();
  EngineThread engine(session, options.live);
  Status status(session, engine, options.live);
  const Shared shared{session.model,    session.log,     session.analyst, session.mutex,
                      engine.want_lock, engine.verdicts, options.utc};
  App app(shared, options.calls_only, [&status] { return status.text(); });
  run_screen(app, terminal, engine);
  return 0;
}

}  // namespace sipladder
