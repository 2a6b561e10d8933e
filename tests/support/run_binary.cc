#include "tests/support/run_binary.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/scratch.h"

namespace sipladder {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

RunResult run_binary(const std::vector<std::string>& arguments, const std::string& input) {
  static int runs = 0;
  const std::string base = scratch_path("run" + std::to_string(runs++));
  std::filesystem::create_directory(base);
  std::string command = quoted(SIPLADDER_BINARY);
  for (const std::string& argument : arguments) command += " " + quoted(argument);
  std::ofstream(base + "/in", std::ios::binary) << input;
  const int status =
      std::system((command + " >" + base + "/out 2>" + base + "/err <" + base + "/in").c_str());
  RunResult result{WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(base + "/out"),
                   slurp(base + "/err")};
  std::filesystem::remove_all(base);
  return result;
}

pid_t start_binary(const std::vector<std::string>& arguments, int out, int err,
                   void (*in_child)()) {
  std::vector<std::string> words = {SIPLADDER_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (in_child != nullptr) in_child();
  execv(argv[0], argv.data());
  _exit(127);
}

std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool inside = false;
  for (size_t i = 0; i < line.size(); i++) {
    if (line[i] == '"') {
      if (inside && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[i++];
      } else {
        inside = !inside;
      }
    } else if (line[i] == ',' && !inside) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string root_path(const std::string& relative) {
  return std::string(SIPLADDER_ROOT) + "/" + relative;
}

bool exists(const std::string& path) {
  return std::filesystem::exists(path);
}

}  // namespace sipladder
