// The prompt of `sql`: queries one after the other, typed with line editing and history, or from a
// pipe.
#include <editline/readline.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>

#include "main/output.h"
#include "main/print.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

constexpr const char* kHelp =
    "A query ends with ; and may take several lines:\n"
    "  SELECT caller, callee, audio FROM calls WHERE kind='call';\n"
    ".tables          the tables\n"
    ".schema [TABLE]  their columns and what they mean\n"
    ".format FORMAT   table, json, ndjson, csv or md\n"
    ".help            this help\n"
    ".quit            the end, as is Ctrl-D\n";

std::string history_file() {
  const char* const home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.sipladder_history";
}

// Reads lines from the terminal or a pipe.
class Lines {
 public:
  explicit Lines(bool typed) : typed_(typed) {
    if (!typed_) return;
    std::setlocale(LC_CTYPE, "");
    rl_initialize();
    using_history();
    stifle_history(1000);
    read_history(history_file().c_str());
  }
  ~Lines() {
    if (!typed_ || history_file().empty()) return;
    const mode_t before = umask(0077);  // queries can name people: only the user may read them
    write_history(history_file().c_str());
    umask(before);
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  // Nullopt: the input has ended, or a signal came.
  std::optional<std::string> next(const char* prompt, const Cancellation& cancellation) {
    if (cancellation.requested()) return std::nullopt;
    std::string line;
    if (!typed_) return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
    const std::unique_ptr<char, void (*)(void*)> read(readline(prompt), std::free);
    if (read == nullptr) return std::nullopt;
    line = read.get();
    if (line.find_first_not_of(" \t") != std::string::npos) add_history(line.c_str());
    return line;
  }

 private:
  bool typed_;
};

void print_tables(const Options& options) {
  std::string text;
  for (const TableDescription* table : tables())
    text += fmt::format("{:<15}  {}\n", table->name, table->doc);
  print_text(text, options);
}

// Does what a line asks for that is no query. Nullopt: it is a query.
enum class Word { done, quit };
std::optional<Word> command_word(const std::string& line, Options* options) {
  std::string words = line;
  words.erase(words.find_last_not_of(" \t;") + 1);
  const std::string name = words.substr(0, words.find(' '));
  const std::string rest =
      name.size() < words.size() ? words.substr(words.find_first_not_of(' ', name.size())) : "";
  if (words == "quit" || words == "exit" || words == ".quit" || words == ".exit") return Word::quit;
  if (words == "help" || words == ".help" || words == "?") {
    std::fputs(kHelp, stdout);
  } else if (words == "tables" || words == ".tables") {
    print_tables(*options);
  } else if (name == "schema" || name == ".schema") {
    Options of_table = *options;
    of_table.sources.clear();
    if (!rest.empty()) of_table.sources.push_back(rest);
    print_schema(of_table);
  } else if (name == ".format") {
    const bool known =
        rest == "table" || rest == "json" || rest == "ndjson" || rest == "csv" || rest == "md";
    if (!known) complain(".format " + rest + ": write table, json, ndjson, csv or md");
    if (known) options->format = rest;
  } else if (name.starts_with('.')) {
    complain(name + ": there is no such command; .help lists them");
  } else {
    return std::nullopt;
  }
  return Word::done;
}

}  // namespace

int sql_prompt(Session& session, const Options& asked) {
  Options options = asked;
  const bool typed = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  Lines lines(typed);
  int status = kDone;
  std::string query;
  const auto run = [&] {
    const int result = print_query(session, options, query);
    if (result != kDone) status = result;
    query.clear();
    std::fflush(stdout);
  };
  if (typed) std::printf("Type .help for help, .quit to end.\n");
  while (const auto line =
             lines.next(query.empty() ? "sql> " : "...> ", session.model.cancellation)) {
    if (query.empty()) {
      if (line->find_first_not_of(" \t") == std::string::npos) continue;
      const auto word = command_word(*line, &options);
      if (word == Word::quit) return typed ? int{kDone} : status;
      if (word) continue;
    }
    query += (query.empty() ? "" : "\n") + *line;
    if (query.find(';') != std::string::npos) run();
  }
  if (!query.empty() && !session.model.cancellation.requested()) run();
  return typed ? int{kDone} : status;
}

}  // namespace sipladder
