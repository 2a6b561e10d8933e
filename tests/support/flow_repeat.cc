#include "tests/support/flow_repeat.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <vector>

namespace sipladder::build {
namespace {

std::string repeated_line(std::string line, int number, double later) {
  if (!line.empty() && std::isdigit(static_cast<unsigned char>(line[0])) != 0) {
    const size_t end = line.find(' ');
    line = fmt::format("{:.6f}", std::atof(line.c_str()) + later) + line.substr(end);
  }
  for (size_t at = line.find("{n}"); at != std::string::npos; at = line.find("{n}", at))
    line.replace(at, 3, std::to_string(number));
  return line + "\n";
}

double number_after(const std::string& line, std::string_view name) {
  const size_t at = line.find(name);
  return at == std::string::npos ? 0 : std::atof(line.c_str() + at + name.size());
}

}  // namespace

std::string with_repeats_written_out(std::string_view script) {
  std::string out;
  std::vector<std::string> block;
  int count = 0, first = 0;
  double every = 0;
  while (!script.empty()) {
    const size_t end = std::min(script.find('\n'), script.size());
    const std::string line(script.substr(0, end));
    script.remove_prefix(std::min(end + 1, script.size()));
    if (line.starts_with("repeat ")) {
      count = std::atoi(line.c_str() + 7);
      every = number_after(line, "every=");
      first = static_cast<int>(number_after(line, "from="));
    } else if (line == "end") {
      for (int i = 0; i < count; i++)
        for (const std::string& one : block) out += repeated_line(one, first + i, i * every);
      block.clear();
      count = 0;
    } else if (count > 0) {
      block.push_back(line);
    } else {
      out += line + "\n";
    }
  }
  return out;
}

}  // namespace sipladder::build
