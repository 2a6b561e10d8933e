// How signals end the program: what was read so far is printed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::signals_test {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void pause_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

// `calls` over a pipe that stays open: a live capture for whoever has no device.
class Signals : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = scratch_path("signals");
    std::filesystem::create_directory(folder_);
    ASSERT_EQ(mkfifo((folder_ + "/in").c_str(), 0600), 0);
    in_ = open((folder_ + "/in").c_str(), O_RDWR | O_CLOEXEC);
    const std::string capture = contents(root_path("samples/busy.pcap"));
    ASSERT_EQ(write(in_, capture.data(), capture.size()), static_cast<ssize_t>(capture.size()));
    ASSERT_EQ(pipe2(out_, O_CLOEXEC), 0);
    fcntl(out_[0], F_SETFL, O_NONBLOCK);  // a program that printed nothing is no reason to wait
  }
  void TearDown() override {
    for (const int fd : {in_, out_[0], out_[1]}) close(fd);
    std::filesystem::remove_all(folder_);
  }

  // A question about a capture that ends, and that takes longer than anybody waits.
  void ask_for_ever() {
    const std::string capture = root_path("samples/busy.pcap");
    child_ = fork();
    if (child_ == 0) {
      dup2(out_[1], STDOUT_FILENO);
      execl(SIPLADDER_BINARY, SIPLADDER_BINARY, "sql",
            "SELECT 'begun' UNION ALL SELECT * FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0)",
            "--format", "csv", capture.c_str(), nullptr);
      _exit(127);
    }
    wait_until_it_listens();
    pause_ms(300);
  }
  // A busy machine takes its time until the program listens to signals.
  void wait_until_it_listens() const {
    for (int tries = 0; !catches_interrupts() && tries < 3000; tries++) pause_ms(10);
    ASSERT_TRUE(catches_interrupts());
  }
  bool catches_interrupts() const {
    const std::string status = contents("/proc/" + std::to_string(child_) + "/status");
    const size_t at = status.find("SigCgt:\t");
    if (at == std::string::npos) return false;
    const uint64_t caught = std::stoull(status.substr(at + 8, 16), nullptr, 16);
    return (caught & (1U << (SIGINT - 1))) != 0;
  }

  // Returns when the capture has been read.
  void start(void (*in_child)() = [] { std::signal(SIGHUP, SIG_DFL); }) {
    child_ = start_binary({"calls", folder_ + "/in"}, out_[1], STDERR_FILENO, in_child);
    int left = 1;
    for (int tries = 0; left > 0 && tries < 1000; tries++) {
      pause_ms(10);
      ioctl(in_, FIONREAD, &left);
    }
    ASSERT_EQ(left, 0);
    wait_until_it_listens();
  }
  int wait_for_end() const {
    int status = 0;
    EXPECT_EQ(waitpid(child_, &status, 0), child_);
    return status;
  }
  std::string printed() const {
    std::string text(4096, '\0');
    const ssize_t got = read(out_[0], text.data(), text.size());
    return text.substr(0, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  // How often its threads have waited.
  long switches() const {
    long sum = 0;
    const std::string tasks = "/proc/" + std::to_string(child_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      const std::string status = contents(task.path().string() + "/status");
      const std::string key = "\nvoluntary_ctxt_switches:";
      sum += std::stol(status.substr(status.find(key) + key.size()));
    }
    return sum;
  }
  void expect_printed() const {
    const int status = wait_for_end();
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
#ifndef __SANITIZE_THREAD__  // which is too slow for the time that an answer may take
    EXPECT_NE(printed().find("busy"), std::string::npos);
#endif
  }

  std::string folder_;
  int in_ = -1;
  int out_[2] = {-1, -1};
  pid_t child_ = -1;
};

TEST_F(Signals, HangupPrintsWhatThereIs) {
  start();
  kill(child_, SIGHUP);
  expect_printed();
}

TEST_F(Signals, InterruptPrintsWhatThereIs) {
  start();
  kill(child_, SIGINT);
  expect_printed();
}

// As timeout(1) does: to the program, then to its group.
TEST_F(Signals, TwoInOneMomentAreOne) {
  start();
  kill(child_, SIGTERM);
  kill(child_, SIGTERM);
  expect_printed();
}

TEST_F(Signals, NohupKeepsHangupIgnored) {
  start([] { std::signal(SIGHUP, SIG_IGN); });
  kill(child_, SIGHUP);
  pause_ms(300);
  EXPECT_EQ(waitpid(child_, nullptr, WNOHANG), 0);
  kill(child_, SIGTERM);
  expect_printed();
}

TEST_F(Signals, ALongQuestionIsCancelled) {
  ask_for_ever();
  ASSERT_EQ(waitpid(child_, nullptr, WNOHANG), 0) << "it is not long enough";
  kill(child_, SIGINT);
  const int status = wait_for_end();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_NE(printed().find("begun"), std::string::npos);
}

// The reader of what is printed is stuck: the first signal cannot end the program.
TEST_F(Signals, TheSecondEndsAtOnce) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer hands a signal on when a blocked write has returned";
#endif
  fcntl(out_[1], F_SETFL, O_NONBLOCK);
  const std::string rubbish(4096, 'x');
  while (write(out_[1], rubbish.data(), rubbish.size()) > 0) {
  }
  fcntl(out_[1], F_SETFL, 0);
  start();
  int status = 0;
  pid_t ended = 0;
  for (int tries = 0; ended == 0 && tries < 50; tries++) {
    kill(child_, SIGTERM);
    pause_ms(200);
    ended = waitpid(child_, &status, WNOHANG);
    EXPECT_TRUE(tries > 0 || ended == 0) << "ended by the first one";
  }
  EXPECT_EQ(ended, child_);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
}

// While no packet comes the program sleeps. Its wake-ups are counted as voluntary context switches.
TEST_F(Signals, AnIdleSourceWakesItUpSeldom) {
  start();
  pause_ms(300);
  const long before = switches();
  pause_ms(2000);
  EXPECT_LE(switches() - before, 20);
  kill(child_, SIGTERM);
  expect_printed();
}

}  // namespace
}  // namespace sipladder::signals_test
