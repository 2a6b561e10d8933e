#include "main/fetched_folder.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "capture/cluster_source.h"

namespace sipladder {
namespace {

constexpr int kEarlySignals[] = {SIGHUP, SIGINT, SIGTERM};

// For the signal handler, which may ask nobody for memory.
char g_fetched_folder[PATH_MAX];
std::atomic<bool> g_has_folder{false};

// Only what is safe in a signal handler.
void remove_fetched_file(size_t number, const char* ending) {
  char name[PATH_MAX];
  size_t at = std::strlen(g_fetched_folder);
  if (at + 32 > sizeof name) return;
  std::memcpy(name, g_fetched_folder, at);
  name[at++] = '/';
  char digits[20];
  size_t count = 0;
  for (; number > 0; number /= 10) digits[count++] = static_cast<char>('0' + number % 10);
  while (count > 0) name[at++] = digits[--count];
  std::memcpy(name + at, ending, std::strlen(ending) + 1);
  unlink(name);
}

void on_early_signal(int number) {
  FetchedFolder::remove_at_once();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace

void FetchedFolder::remove_at_once() {
  if (!g_has_folder.exchange(false)) return;
  for (size_t number = 1; number <= kMostFetchedProbes; number++) {
    for (const char* ending : {".db", ".db-wal", ".db-shm", ".db-journal"})
      remove_fetched_file(number, ending);
  }
  rmdir(g_fetched_folder);
}

std::string FetchedFolder::make() {
  const char* const usual = std::getenv("TMPDIR");
  path_ = std::string(usual == nullptr ? "/tmp" : usual) + "/sipladder-fetched-XXXXXX";
  if (path_.size() >= sizeof g_fetched_folder || mkdtemp(path_.data()) == nullptr) {
    std::string wrong = path_ + ": the folder cannot be made: " + std::strerror(errno);
    path_.clear();
    return wrong;
  }
  std::memcpy(g_fetched_folder, path_.c_str(), path_.size() + 1);
  g_has_folder = true;
  // Until the session listens to signals (end_signals.h).
  for (const int number : kEarlySignals) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    if (number != SIGHUP || action.sa_handler != SIG_IGN) std::signal(number, on_early_signal);
  }
  return {};
}

FetchedFolder::~FetchedFolder() {
  // A signal that comes meanwhile removes what is left.
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  g_has_folder = false;
}

}  // namespace sipladder
