// The program in a terminal of its own, with a capture on standard input: what the terminal UI does
// with its options, and what it saves of packets that came once only.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::tui_program_test {
namespace {

int piped_capture = -1;

void take_terminal() {
  setsid();
  ioctl(STDOUT_FILENO, TIOCSCTTY, 0);
  dup2(piped_capture, STDIN_FILENO);
  setenv("TERM", "xterm", 1);
  std::signal(SIGHUP, SIG_DFL);
}

// Runs the UI over the sample on a pipe, and presses the keys. What the terminal got.
std::string press(const std::string& sample, const std::string& keys,
                  const std::vector<std::string>& options = {}) {
  const std::string script = scratch_path("keys.txt");
  std::ofstream(script) << keys;
  const int file = open(root_path("samples/" + sample).c_str(), O_RDONLY | O_CLOEXEC);
  int pipe_ends[2] = {-1, -1};
  EXPECT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  const pid_t feeder = fork();
  if (feeder == 0) {
    char bytes[4096];
    for (ssize_t got = 0; (got = read(file, bytes, sizeof bytes)) > 0;) {
      if (write(pipe_ends[1], bytes, static_cast<size_t>(got)) != got) break;
    }
    _exit(0);
  }
  close(file);
  close(pipe_ends[1]);
  int master = -1, slave = -1;
  winsize size{24, 80, 0, 0};
  EXPECT_EQ(openpty(&master, &slave, nullptr, nullptr, &size), 0);
  piped_capture = pipe_ends[0];
  std::vector<std::string> words = {"-F", "--keys", script, "-"};
  words.insert(words.end(), options.begin(), options.end());
  const pid_t child = start_binary(words, slave, slave, take_terminal);
  close(slave);
  close(pipe_ends[0]);
  std::string shown;
  char bytes[4096];
  for (ssize_t got = 0; (got = read(master, bytes, sizeof bytes)) > 0;)
    shown.append(bytes, static_cast<size_t>(got));
  close(master);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << shown;
  waitpid(feeder, &status, 0);
  return shown;
}

// Keys that save the selected call into `path`: the place of its ending in the list is the same as
// in the sentence about endings that are not known.
std::string keys_to_save(const std::string& path, const std::string& ending) {
  const RunResult result = run_binary({"export", root_path("samples/busy.pcap"), "-o", "x.none"});
  std::istringstream words(result.err.substr(result.err.find("write ") + 6));
  std::string keys = "s ";
  for (std::string word; words >> word && word != ending && word != ending + ",";)
    if (word.starts_with(".") || word.starts_with("/")) keys += "Down ";
  return keys + "Enter ^U \"" + path + "\" Enter Esc q";
}

TEST(SavedFromAPipe, ACaptureHasThePacketsOfTheCall) {
  const std::string path = scratch_path("piped.pcapng"), direct = scratch_path("direct.pcapng");
  press("one-way-nat.pcap", keys_to_save(path, ".pcapng"));
  ASSERT_TRUE(exists(path));
  const RunResult result =
      run_binary({"export", root_path("samples/one-way-nat.pcap"), "--call", "2", "-o", direct});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(std::filesystem::file_size(path), std::filesystem::file_size(direct));
}

TEST(SavedFromAPipe, AReportSaysWithWhatItWasMade) {
  const std::string path = scratch_path("piped.html");
  press("one-way-nat.pcap", keys_to_save(path, ".html"));
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_NE(page.str().find("<p>Made by <code>"), std::string::npos);
  EXPECT_EQ(page.str().find("<p>sipladder </p>"), std::string::npos);
}

TEST(ColumnsOfTheList, HaveItsOwnNamesAndHeaders) {
  const std::string shown =
      press("one-way-nat.pcap", "q", {"--columns", "mark,sipfromuser,header:User-Agent"});
  EXPECT_NE(shown.find("User-Agent"), std::string::npos) << shown;
  EXPECT_NE(shown.find("baresip"), std::string::npos) << shown;
}

TEST(ReportsFromAPipe, HaveTheTalk) {
  std::stringstream capture;
  capture << std::ifstream(root_path("samples/two-way.pcap"), std::ios::binary).rdbuf();
  const std::string path = scratch_path("talk.html");
  const RunResult result = run_binary({"export", "-", "--audio", "-o", path}, capture.str());
  EXPECT_EQ(result.status, 0) << result.err;
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  EXPECT_NE(page.str().find("src=\"data:audio/wav;base64,"), std::string::npos);
}

TEST(AcceptedFindings, AreNoProblemsInTheInterface) {
  const std::string accepted = scratch_path("accepted.txt");
  std::ofstream(accepted) << "code: audio-private-address\ncaller: alice\nreason: known\n";
  const std::string problem = "error audio-private-address: caller hears nothing";
  const std::string fact = "info audio-private-address: accepted: caller hears nothing";
  const std::string before = press("one-way-nat.pcap", "G q");
  EXPECT_NE(before.find(problem), std::string::npos);
  const std::string after = press("one-way-nat.pcap", "G q", {"--baseline", accepted});
  EXPECT_EQ(after.find(problem), std::string::npos);
  EXPECT_NE(after.find(fact), std::string::npos);
}

}  // namespace
}  // namespace sipladder::tui_program_test
