#include "main/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "capture/hep_listen.h"
#include "export/exporters.h"
#include "main/capture_options.h"
#include "main/command_options.h"
#include "main/commands.h"
#include "main/completion.h"
#include "main/devices.h"
#include "main/habits.h"
#include "main/nearest.h"
#include "main/option_mistakes.h"
#include "main/option_values.h"
#include "main/output.h"
#include "main/shell_word.h"
#include "main/words.h"

namespace sipladder {
namespace {

// Also of --output=clickhouse://...
std::string without_password(const std::string& word) {
  const size_t at = word.find("clickhouse://");
  return at == std::string::npos ? word : word.substr(0, at) + shown_url(word.substr(at));
}

CommandOptions options_of_app(const CLI::App& app, const std::string& command) {
  CommandOptions made{command, app.get_description(), {}};
  for (const CLI::Option* option : app.get_options()) {
    const bool takes_value = option->get_items_expected_max() > 0;
    for (const std::string& name : option->get_lnames())
      made.options.push_back({"--" + name, option->get_description(), takes_value});
    for (const std::string& name : option->get_snames())
      made.options.push_back({"-" + name, option->get_description(), takes_value});
  }
  return made;
}

// The script of `sipladder --completion SHELL`, which packages are made with; empty for other
// words.
std::string completion(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.size() != 2 || words.front() != "--completion") return {};
  std::vector<CommandOptions> all = {options_of_app(app, "")};
  for (const CLI::App* sub : app.get_subcommands({}))
    all.push_back(options_of_app(*sub, sub->get_name()));
  return completion_script(words.back(), all);
}

void add_interface_options(CLI::App& app, Options* o) {
  const char* const group = "Terminal UI";
  app.add_option("-f", o->configuration,
                 "read sngrep's configuration from FILE (else /etc/sngreprc and $SNGREPRC or "
                 "~/.sngreprc): set, alias, bind")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--baseline", o->baseline,
                 "findings that FILE names (check --write-baseline) are told as accepted, and are "
                 "no problems")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--keys", o->keys,
                 "press the keys of FILE first, when all is read: words such as Enter, Down, F7, "
                 "^F, and texts in quotes")
      ->type_name("FILE")
      ->group(group);
}

// The commands and their options; when `words` are given, only the commands named among them get
// theirs: those of all commands are most of what the start of the program would have to do.
void build(CLI::App& app, const std::vector<std::string>* words, Options* options,
           OptionTexts* texts) {
  add_options(app, kSourceOptions | kSelectOptions | kRowOptions, "", options, texts);
  app.add_flag("-N", options->no_interface, "no interface: print the call list")->group("Output");
  add_interface_options(app, options);
  app.set_version_flag("-V,--version", "sipladder " SIPLADDER_VERSION);
  app.require_subcommand(0, 1);
  for (const Command& command : commands()) {
    CLI::App* const sub = app.add_subcommand(command.name, command.help);
    if (words == nullptr || std::find(words->begin(), words->end(), command.name) != words->end())
      add_options(*sub, command.groups, command.name, options, texts);
  }
}

// A sentence about an option that the command does not know.
std::string unknown_option(const std::string& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  if (const std::string hint = habit_hint(name); !hint.empty()) return hint;
  const auto names_of = [](const CLI::App& of) {
    std::vector<std::string> names;
    for (const CLI::Option* option : of.get_options({})) {
      for (const std::string& one : option->get_lnames()) names.push_back("--" + one);
      for (const std::string& one : option->get_snames()) names.push_back("-" + one);
    }
    return names;
  };
  CLI::App app;
  Options options;
  OptionTexts texts;
  build(app, nullptr, &options, &texts);
  std::string owners;
  for (const CLI::App* other : app.get_subcommands({})) {
    const auto names = names_of(*other);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    owners += (owners.empty() ? "" : ", ") + other->get_name();
  }
  const std::string where = command.empty() ? std::string() : command + " ";
  if (!owners.empty())
    return name + ": " +
           (command.empty() ? "needs a command that has it; " : where + "has no such option; ") +
           owners + (owners.find(',') == std::string::npos ? " has it" : " have it");
  const auto& known = command.empty() ? app : *app.get_subcommand(command);
  const std::string meant = nearest(name, names_of(known));
  return name + ": " + where +
         (command.empty() ? "there is no such option" : "has no such option") +
         (meant.empty() ? "" : "; did you mean " + meant + "?") + " (see " +
         (command.empty() ? "" : command + " ") + "--help)";
}

// Checks words and values, and what they mean together. A sentence when something is wrong.
std::string understand(const CLI::App& app, OptionTexts texts, Options* o) {
  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) o->command = chosen.front()->get_name();
  const auto unknown = app.remaining(true);
  if (!unknown.empty()) return unknown_option(o->command, unknown.front());
  if (std::string wrong = read_values(texts, o); !wrong.empty()) return wrong;
  if (std::string wrong = mistake_in(*o); !wrong.empty()) return wrong;
  if (o->command == "schema") {
    o->sources = texts.words;
    return {};
  }
  if (o->command == "compare") {
    o->sources = texts.words;
    return o->sources.size() == 2 ? "" : "compare: name two captures, A and B";
  }
  if (o->command == "redact") {
    o->sources = texts.words;
    return o->sources.size() == 2 ? "" : "redact: name two files, IN and OUT";
  }
  if (o->command == "explain") {
    for (const std::string& word : texts.words)
      o->query.append(o->query.empty() ? "" : " ").append(word);
    return o->query.empty() ? "explain: name a finding's code, a status, a header, Q.850:N, or "
                              "timer X"
                            : "";
  }
  if (!o->devices.empty()) {
    if (std::string wrong = take_filter(&texts.words, &o->bpf); !wrong.empty()) return wrong;
  }
  if (o->command == "sql") take_query(&texts.words, &o->query);
  for (const std::string& word : texts.words) {
    const bool first = o->command.empty() && &word == &texts.words.front();
    if (std::string wrong = no_source(word, first); !wrong.empty()) return wrong;
  }
  o->sources.insert(o->sources.end(), texts.words.begin(), texts.words.end());
  if (!o->hep_key.empty() && o->capture.hep.empty() &&
      std::none_of(o->sources.begin(), o->sources.end(), is_hep_source))
    return "--hep-key: is about hep:HOST:PORT, which is not among the sources";
  const bool needs_source = o->command != "schema" && o->command != "mcp" && !o->list;
  if (!needs_source || !o->sources.empty() || !o->devices.empty()) return {};
  return "no SOURCE: name a capture file, a folder, - for standard input, or -i DEVICE (see "
         "--help)";
}

}  // namespace

bool Options::reads_once() const {
  return is_live() || std::any_of(sources.begin(), sources.end(), [](const std::string& name) {
           std::error_code error;
           return name == "-" || (!std::filesystem::is_regular_file(name, error) &&
                                  !std::filesystem::is_directory(name, error));
         });
}

bool Options::is_live() const {
  return !devices.empty() || std::any_of(sources.begin(), sources.end(), is_hep_source);
}

int parse_options(int argc, char** argv, Options* options) {
  CLI::App app(
      "sipladder: who hears nothing, why, and which frames prove it\n"
      "sipladder [OPTIONS] [SOURCE...] opens the terminal UI; sipladder COMMAND [OPTIONS] "
      "SOURCE... does one thing and ends.",
      "sipladder");
  OptionTexts texts;
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool completes = !words.empty() && words.front() == "--completion";
  build(app, completes ? nullptr : &words, options, &texts);
  if (const std::string script = completion(app, words); !script.empty()) {
    std::fputs(script.c_str(), stdout);
    return after_output(kDone);
  }
  options->version = SIPLADDER_VERSION;
  options->command_line = "sipladder";
  for (const std::string& word : words)
    options->command_line += " " + shell_word(without_password(word));
  // "help" and "help COMMAND" work as in other tools.
  if (!words.empty() && words.front() == "help" && !file_exists("help")) {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return print_text(app.help(), *options);
  } catch (const CLI::Success& version) {
    return print_text(std::string(version.what()) + "\n", *options);
  } catch (const CLI::ParseError& error) {
    complain(error.what());
    return kUsage;
  }
  const std::string wrong = understand(app, std::move(texts), options);
  if (wrong.empty()) return -1;
  complain(wrong);
  if (argc < 2) return print_devices();
  return kUsage;
}

}  // namespace sipladder
