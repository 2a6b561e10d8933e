#include "probe/sink_runs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "capture/time_units.h"

namespace sipladder {
namespace {

// A call that is longer than this has all its messages there, and what was concluded of it is what
// the last piece shows.
constexpr int64_t kPieceNs = 2 * 3600 * kSecondNs;
// A call that was over shortly before may have been seen half only.
constexpr int64_t kOverlapNs = 120 * kSecondNs;
constexpr const char* kMarkName = "/sipladder.sent";
constexpr int kStored = 0, kStoredOfDamaged = 3;  // exit statuses of an export

// In the child. Only what is safe between fork and exec.
[[noreturn]] void become(const std::vector<char*>& words, int said) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
#ifdef PR_CAP_AMBIENT
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);  // it captures nothing
#endif
  // Nor do the capabilities of the file give it that right.
  if (geteuid() != 0) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, STDIN_FILENO);
  dup2(nowhere, STDOUT_FILENO);
  dup2(said, STDERR_FILENO);
  if (nice(10) == -1) errno = 0;
  for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGPIPE}) std::signal(number, SIG_DFL);
  execv("/proc/self/exe", words.data());
  _exit(127);
}

}  // namespace

SinkRuns::~SinkRuns() {
  if (child_ == 0) return;
  // The first signal lets rows go, the second one ends it.
  constexpr unsigned kOneSignalUs = 150'000;
  kill(child_, SIGTERM);
  usleep(kOneSignalUs);
  kill(child_, SIGTERM);
  waitpid(child_, nullptr, 0);
}

void SinkRuns::read_mark() {
  if (std::exchange(mark_read_, true)) return;
  int64_t seconds = 0;
  if (std::ifstream(options_.folder + kMarkName) >> seconds)
    stored_ns_ = std::clamp<int64_t>(seconds, 0, INT32_MAX * int64_t{4}) * kSecondNs;
}

void SinkRuns::write_mark() const {
  const std::string name = options_.folder + kMarkName, fresh = name + ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << stored_ns_ / kSecondNs << "\n";
    if (!out.flush()) return;
  }
  std::rename(fresh.c_str(), name.c_str());
}

std::vector<std::string> SinkRuns::words() const {
  std::vector<std::string> all{"sipladder", "export",   "-o",      options_.url,
                               "-q",        "--memory", kRunMemory};
  if (!options_.probe.empty()) all.insert(all.end(), {"--probe", options_.probe});
  if (stored_ns_ > 0) {
    const int64_t from_ns = std::min(stored_ns_, waiting_ns_);
    const int64_t from_s = std::max<int64_t>(from_ns - kPieceNs, 0) / kSecondNs;
    all.insert(all.end(), {"--from", std::to_string(from_s), "--calls-where",
                           "end_ns > " + std::to_string(from_ns - kOverlapNs)});
  }
  all.push_back(options_.folder);
  return all;
}

bool SinkRuns::begin(int64_t wall_ns) {
  read_mark();
  begun_oldest_ns_ = std::exchange(oldest_ns_, INT64_MAX);
  waiting_ns_ = std::min(waiting_ns_, begun_oldest_ns_);
  std::vector<std::string> texts = words();
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  said_ = Fd(memfd_create("sink", MFD_CLOEXEC));
  begun_wall_ns_ = wall_ns;
  runs_++;
  child_ = fork();
  if (child_ == 0) become(pointers, said_.get());
  if (child_ > 0) return true;
  child_ = 0;
  failures_++;
  trouble_ = std::string("no process can be made: ") + std::strerror(errno);
  return false;
}

void SinkRuns::end(int status) {
  child_ = 0;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == kStored || code == kStoredOfDamaged) {
    stored_ns_ = begun_wall_ns_;
    waiting_ns_ = begun_oldest_ns_;  // the newest of them may not have been in a file yet
    write_mark();
  } else {
    failures_++;
  }
  trouble_.clear();
  if (code == kStored) return;
  std::string said(kMostTold, '\0');
  const ssize_t got = pread(said_.get(), said.data(), said.size(), 0);
  said.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  said.resize(std::min(said.size(), said.find('\n')));
  trouble_ = said.empty() ? "the run ended with status " + std::to_string(code) : said;
}

// Of a child whose status nobody can tell, the worst is assumed.
void SinkRuns::wait_for_child(int flags) {
  constexpr int kFailed = 1 << 8;
  int status = 0;
  pid_t ended = 0;
  do {
    ended = waitpid(child_, &status, flags);
  } while (ended < 0 && errno == EINTR);
  if (ended != 0) end(ended < 0 ? kFailed : status);
}

void SinkRuns::work(int64_t monotonic_ns, int64_t flushed_wall_ns) {
  if (options_.url.empty()) return;
  if (child_ != 0) {
    wait_for_child(WNOHANG);
    return;
  }
  if (next_ns_ == 0) next_ns_ = monotonic_ns + options_.every_ns;
  if (monotonic_ns < next_ns_) return;
  next_ns_ = monotonic_ns + options_.every_ns;
  begin(flushed_wall_ns);
}

bool SinkRuns::run_and_wait(int64_t wall_ns) {
  if (child_ != 0) wait_for_child(0);
  if (!begin(wall_ns)) return false;
  wait_for_child(0);
  return trouble_.empty();
}

}  // namespace sipladder
