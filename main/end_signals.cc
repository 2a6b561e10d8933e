#include "main/end_signals.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <iterator>

#include "capture/monotonic.h"
#include "capture/time_units.h"
#include "main/fetched_folder.h"

namespace sipladder {
namespace {

constexpr int kSignals[] = {SIGHUP, SIGINT, SIGTERM};
constexpr int64_t kOneNs = 100'000'000;

constexpr int64_t kAnswerNs = 600'000'000;

std::atomic<Session*> g_session{nullptr};
std::atomic<void (*)()> g_at_once{nullptr};
std::atomic<int64_t> g_first_ns{0};   // when the first signal came; 0: none has come
std::atomic<int64_t> g_answer_ns{0};  // how long an answer may take after the first signal

void on_signal(int number) {
  const int64_t now = monotonic_ns();
  int64_t first = 0;
  if (g_first_ns.compare_exchange_strong(first, now)) {
    if (Session* const session = g_session.load()) {
      session->stop = true;
      session->model.cancellation.request(g_answer_ns);
      return;
    }
  } else if (now - first < kOneNs) {
    return;
  }
  if (void (*at_once)() = g_at_once.load()) at_once();
  FetchedFolder::remove_at_once();
  // The signal is raised again with its default action, which ends the program when this handler
  // returns. So the parent process sees which signal ended it.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

struct sigaction g_before[std::size(kSignals)];

void handle(size_t index) {
  const int number = kSignals[index];
  sigaction(number, nullptr, &g_before[index]);
  if (number == SIGHUP && g_before[index].sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // so that writing the output is not interrupted
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

EndSignals::EndSignals(Session& session, void (*at_once)()) {
  g_first_ns = 0;
  g_at_once = at_once;
  g_answer_ns = at_once == nullptr ? kAnswerNs : 0;  // the terminal UI has nothing to print
  g_session = &session;
  for (size_t i = 0; i < std::size(kSignals); i++) handle(i);
}

EndSignals::~EndSignals() {
  for (size_t i = 0; i < std::size(kSignals); i++) sigaction(kSignals[i], &g_before[i], nullptr);
  g_session = nullptr;
  g_at_once = nullptr;
}

void EndSignals::take_time() {
  g_answer_ns = kDayNs;
}

void EndSignals::cancel_at_once() {
  g_answer_ns = 0;
}

}  // namespace sipladder
