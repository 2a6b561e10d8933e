// Checks that twice the capture takes twice the time. For each shape of capture and each command,
// it measures the user CPU time for n, 2n, 4n, ... and fails when a doubling takes more than
// kMostGrowth times as long.
//
//   sipladder_growth [--tool SIPLADDER] [--small] [SHAPE...]    measure
//   sipladder_growth --write SHAPE N FILE                       write one capture
//   sipladder_growth --list
//
// The machine may be busy. Therefore user CPU time is measured, runs that are too quick are not
// judged, and a bad result is measured again: the shortest of all runs counts. What is still bad
// is believed when the next doubling is bad too: quadratic work stays quadratic, and a cache that
// a neighbour filled does not.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <limits>

#include "bench/growth/shapes.h"

namespace sipladder::growth {

std::vector<Shape> all_shapes() {
  std::vector<Shape> all;
  for (const auto* shapes :
       {&kCallShapes, &kLegShapes, &kRegistrationShapes, &kTransportShapes, &kMediaShapes,
        &kMessageShapes, &kPlainShapes, &kEncryptedShapes, &kRelayShapes})
    all.insert(all.end(), shapes->begin(), shapes->end());
  return all;
}

namespace {

constexpr double kMostGrowth = 2.6;
constexpr double kWorthJudging = 0.10;  // seconds of the smaller run; less is noise and start-up
constexpr double kLongest = 20;         // seconds that a run may take
constexpr int kTries = 6;
constexpr size_t kDoublings = 4;

const std::vector<std::vector<std::string>> kCommands = {
    {"calls"},
    {"findings"},
    {"nat"},
    {"ladder"},
    {"streams"},
    {"transactions"},
    {"registrations"},
    {"sql", "SELECT count(role) FROM endpoints"},
    {"sql", "SELECT count(branch), count(alias_params), count(response_due) FROM vias"},
    {"sql", "SELECT count(name), count(value) FROM headers"},
    {"sql", "SELECT count(codecs), count(candidates) FROM sdp"},
};

std::string title_of(const std::vector<std::string>& command) {
  return command.size() == 1 ? command.front() : command[1].substr(command[1].rfind(' ') + 1);
}

struct Settings {
  std::string tool = "build/release/sipladder";
  bool small = false;
  std::vector<std::string> shapes;  // empty: all
};

[[noreturn]] void become(const std::string& tool, std::vector<std::string> arguments) {
  const rlimit limit{static_cast<rlim_t>(kLongest), static_cast<rlim_t>(kLongest)};
  setrlimit(RLIMIT_CPU, &limit);
  const int nothing = open("/dev/null", O_WRONLY);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(tool.c_str(), argv.data());
  _exit(127);
}

// User CPU seconds of a run; infinite when it took too long or failed.
double seconds_of(const Settings& settings, const std::vector<std::string>& command,
                  const std::string& capture) {
  std::vector<std::string> arguments{settings.tool};
  arguments.insert(arguments.end(), command.begin(), command.end());
  arguments.push_back(capture);
  const pid_t child = fork();
  if (child == 0) become(settings.tool, std::move(arguments));
  int status = 0;
  rusage used{};
  if (wait4(child, &status, 0, &used) != child || !WIFEXITED(status) ||
      (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3))
    return std::numeric_limits<double>::infinity();
  return static_cast<double>(used.ru_utime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec) / 1e6;
}

// The captures of a shape: n, 2n, 4n, ... of it, written when they are first wanted. Their files
// go with it.
class Captures {
 public:
  Captures(const Shape& shape, std::string folder, int first)
      : shape_(shape), folder_(std::move(folder)), first_(first) {}
  ~Captures() {
    for (const std::string& path : paths_) std::filesystem::remove(path);
  }
  Captures(const Captures&) = delete;
  Captures& operator=(const Captures&) = delete;

  int count_of(size_t doublings) const { return first_ << doublings; }
  const std::string& path_of(size_t doublings) {
    while (paths_.size() <= doublings) {
      const int n = count_of(paths_.size());
      paths_.push_back(folder_ + "/" + std::to_string(n) + ".pcap");
      Capture capture(paths_.back());
      shape_.write(capture, n);
    }
    return paths_[doublings];
  }

 private:
  const Shape& shape_;
  std::string folder_;
  int first_;
  std::vector<std::string> paths_;
};

bool is_bad(double before, double after) {
  return after > kLongest || (before >= kWorthJudging && after > kMostGrowth * before) ||
         after > kMostGrowth * 2 * std::max(before, kWorthJudging);
}

// The times of one command over the captures of one shape.
class Times {
 public:
  Times(const Settings& settings, const std::vector<std::string>& command, Captures* captures)
      : settings_(settings), command_(command), captures_(*captures) {}

  // The shortest so far; measured once if it never was.
  double of(size_t doublings) {
    return seconds_.size() > doublings && seconds_[doublings] >= 0 ? seconds_[doublings]
                                                                   : again(doublings);
  }
  // Whether the doubling that ends at `doublings` takes too much in each of several tries.
  bool grows_too_much(size_t doublings) {
    for (int tries = 1; tries < kTries && is_bad(of(doublings - 1), of(doublings)); tries++) {
      if (of(doublings) > kLongest) return true;
      again(doublings - 1);
      again(doublings);
    }
    return is_bad(of(doublings - 1), of(doublings));
  }

 private:
  double again(size_t doublings) {
    if (seconds_.size() <= doublings) seconds_.resize(doublings + 1, -1);
    const double now = seconds_of(settings_, command_, captures_.path_of(doublings));
    double& best = seconds_[doublings];
    best = best < 0 ? now : std::min(best, now);
    return best;
  }

  const Settings& settings_;
  const std::vector<std::string>& command_;
  Captures& captures_;
  std::vector<double> seconds_;  // negative: not measured
};

// Prints one line of the table: seconds, and by how much they grew. False when they grew too much.
bool judge(const Settings& settings, const std::vector<std::string>& command, size_t doublings,
           Captures* captures) {
  Times times(settings, command, captures);
  // If the largest capture is quick, the smaller ones need not be measured.
  const bool quick = settings.small && times.of(doublings) < kWorthJudging;
  bool good = true;
  std::string line;
  for (size_t i = 0; i <= doublings && good && !quick; i++) {
    const bool bad = i == 0 ? times.of(0) > kLongest : times.grows_too_much(i);
    good = !bad || (times.of(i) <= kLongest && i > 0 && !times.grows_too_much(i + 1));
    char cell[48];
    std::snprintf(cell, sizeof cell, i == 0 ? " %8.2f" : " %8.2f (x%.1f)", times.of(i),
                  i == 0 ? 0 : times.of(i) / std::max(times.of(i - 1), 0.001));
    line += cell;
  }
  if (quick) line = "    quick";
  std::printf("  %-14s%s%s\n", title_of(command).c_str(), line.c_str(), good ? "" : "   TOO MUCH");
  std::fflush(stdout);
  return good;
}

bool judge_shape(const Settings& settings, const std::string& folder, const Shape& shape) {
  const size_t doublings = settings.small ? 1 : kDoublings;
  Captures captures(shape, folder, settings.small ? shape.small : std::max(1, shape.small / 2));
  std::printf("%s: %s, n =", std::string(shape.name).c_str(), std::string(shape.what).c_str());
  for (size_t i = 0; i <= doublings; i++) std::printf(" %d", captures.count_of(i));
  std::printf("\n");
  bool good = true;
  for (const auto& command : kCommands)
    good = judge(settings, command, doublings, &captures) && good;
  return good;
}

int judge_all(const Settings& settings) {
  std::string folder = (std::filesystem::temp_directory_path() / "growth-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  std::vector<std::string_view> bad;
  int judged = 0;
  for (const Shape& shape : all_shapes()) {
    const auto& wanted = settings.shapes;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), shape.name) == wanted.end())
      continue;
    judged++;
    if (!judge_shape(settings, folder, shape)) bad.push_back(shape.name);
  }
  std::filesystem::remove_all(folder);
  std::printf("%d shapes, %zu grow too much", judged, bad.size());
  for (const std::string_view name : bad) std::printf(" %s", std::string(name).c_str());
  std::printf("\n");
  return bad.empty() && judged > 0 ? 0 : 1;
}

int write_one(const std::string& name, int n, const std::string& path) {
  for (const Shape& shape : all_shapes()) {
    if (shape.name != name) continue;
    Capture capture(path);
    shape.write(capture, n);
    return 0;
  }
  std::fprintf(stderr, "no shape %s: see --list\n", name.c_str());
  return 2;
}

int list() {
  for (const Shape& shape : all_shapes())
    std::printf("%-18s %s\n", std::string(shape.name).c_str(), std::string(shape.what).c_str());
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  Settings settings;
  for (size_t i = 0; i < arguments.size(); i++) {
    const std::string& argument = arguments[i];
    const size_t left = arguments.size() - i - 1;
    if (argument == "--list") return list();
    if (argument == "--write" && left == 3)
      return write_one(arguments[i + 1], std::atoi(arguments[i + 2].c_str()), arguments[i + 3]);
    if (argument == "--small") {
      settings.small = true;
    } else if (argument == "--tool" && left >= 1) {
      settings.tool = arguments[++i];
    } else if (argument.starts_with("--")) {
      std::fputs(
          "usage: growth [--tool FILE] [--small] [SHAPE...] | --write SHAPE N FILE | --list\n",
          stderr);
      return 2;
    } else {
      settings.shapes.push_back(argument);
    }
  }
  return judge_all(settings);
}

}  // namespace
}  // namespace sipladder::growth

int main(int argc, char** argv) {
  return sipladder::growth::run({argv + 1, argv + argc});
}
