#include "main/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "export/cells.h"
#include "export/wrap.h"
#include "query/format.h"

namespace sipladder {

std::string program_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "sipladder" : path.string();
}

void complain(const std::string& sentence) {
  std::fprintf(stderr, "sipladder: %s\n", terminal_text(sentence).c_str());
}

int output_width(const Options& options) {
  constexpr int kNoTerminal = 100, kUnknownTerminal = 80;
  if (options.width > 0) return options.width;
  if (isatty(STDOUT_FILENO) == 0) return kNoTerminal;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUnknownTerminal;
  return size.ws_col;
}

bool is_colored(const Options& options) {
  if (options.color != "auto") return options.color == "always";
  return isatty(STDOUT_FILENO) != 0;
}

int after_output(int status) {
  const bool failed = std::fflush(stdout) != 0;
  const std::string why = failed ? std::strerror(errno) : "it took no more";
  if (!failed && std::ferror(stdout) == 0) return status;
  complain("standard output could not be written: " + why);
  return kUnwritable;
}

// Where the second column of a help line begins: behind the first run of two or more spaces.
static size_t second_column(const std::string& line) {
  const size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return 0;
  const size_t gap = line.find("  ", begin);
  return gap == std::string::npos ? begin : line.find_first_not_of(' ', gap);
}

int print_text(const std::string& text, const Options& options) {
  const int width = output_width(options);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    const size_t column = std::min(second_column(line), line.size());
    if (static_cast<int>(line.size()) <= width) {
      std::printf("%s\n", line.c_str());
      continue;
    }
    std::string head = line.substr(0, column);
    const int room = std::max(20, width - static_cast<int>(column));
    for (const std::u32string& words : wrap_words(safe_text(line.substr(column)), room, false)) {
      CellLine cells;
      put_text(&cells, 0, words);
      std::printf("%s%s\n", head.c_str(), to_utf8(cells).c_str());
      head.assign(column, ' ');
    }
  }
  return after_output(kDone);
}

}  // namespace sipladder
