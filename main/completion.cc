#include "main/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "main/shell_word.h"

namespace sipladder {
namespace {

// One line in single quotes of a shell.
std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return shell_quoted(text);
}

// An entry "name:help" of a list in zsh.
std::string described(const std::string& name, const std::string& help) {
  std::string out;
  for (const char c : name) out += c == ':' ? "\\:" : std::string(1, c);
  return quoted(out + ":" + help);
}

std::string names_of(const CommandOptions& command) {
  std::string names;
  for (const OptionName& option : command.options)
    names += (names.empty() ? "" : " ") + option.name;
  return names;
}

std::string commands_of(const std::vector<CommandOptions>& all) {
  std::string names;
  for (const CommandOptions& one : all) {
    if (!one.command.empty()) names += (names.empty() ? "" : " ") + one.command;
  }
  return names;
}

std::string bash_script(const std::vector<CommandOptions>& all) {
  std::string cases;
  for (const CommandOptions& one : all)
    cases += fmt::format("    {}) options={} ;;\n", quoted(one.command), quoted(names_of(one)));
  return fmt::format(
      "# bash completion for sipladder\n"
      "_sipladder() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} command= options= commands={}\n"
      "  local i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    [[ \" $commands \" == *\" ${{COMP_WORDS[i]}} \"* ]] && {{ command=${{COMP_WORDS[i]}}; "
      "break; "
      "}}\n"
      "  done\n"
      "  case $command in\n{}  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
      "    return\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "  if [[ -z $command ]]; then\n"
      "    local name\n"
      "    while read -r name; do COMPREPLY+=(\"$name\"); done < <(compgen -W \"$commands\" -- "
      "\"$word\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _sipladder sipladder\n",
      quoted(commands_of(all)), cases);
}

std::string zsh_script(const std::vector<CommandOptions>& all) {
  std::string commands, cases;
  for (const CommandOptions& one : all) {
    if (!one.command.empty()) commands += "    " + described(one.command, one.help) + "\n";
    std::string options;
    for (const OptionName& option : one.options)
      options += "      " + described(option.name, option.help) + "\n";
    cases += fmt::format("    ({}) options=(\n{}    ) ;;\n", quoted(one.command), options);
  }
  return fmt::format(
      "#compdef sipladder\n"
      "_sipladder() {{\n"
      "  local -a commands options\n"
      "  local command= word name\n"
      "  commands=(\n{}  )\n"
      "  for word in ${{words[2,CURRENT-1]}}; do\n"
      "    for name in $commands; do\n"
      "      [[ ${{name%%:*}} == $word ]] && command=$word && break 2\n"
      "    done\n"
      "  done\n"
      "  case $command in\n{}  esac\n"
      "  if [[ $words[CURRENT] == -* ]]; then\n"
      "    _describe option options\n"
      "    return\n"
      "  fi\n"
      "  [[ -z $command ]] && _describe command commands\n"
      "  _files\n"
      "}}\n"
      "_sipladder \"$@\"\n",
      commands, cases);
}

std::string fish_script(const std::vector<CommandOptions>& all) {
  std::string text = "# fish completion for sipladder\n";
  const std::string none = "not __fish_seen_subcommand_from " + commands_of(all);
  for (const CommandOptions& one : all) {
    if (!one.command.empty())
      text += fmt::format("complete -c sipladder -n {} -a {} -d {}\n", quoted(none), one.command,
                          quoted(one.help));
    const std::string when =
        one.command.empty() ? none : "__fish_seen_subcommand_from " + one.command;
    for (const OptionName& option : one.options) {
      const bool is_long = option.name.starts_with("--");
      text += fmt::format("complete -c sipladder -n {} -{} {}{} -d {}\n", quoted(when),
                          is_long ? 'l' : 's', option.name.substr(is_long ? 2 : 1),
                          option.takes_value ? " -r" : "", quoted(option.help));
    }
  }
  return text;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandOptions>& all) {
  if (shell == "bash") return bash_script(all);
  if (shell == "zsh") return zsh_script(all);
  return shell == "fish" ? fish_script(all) : std::string();
}

}  // namespace sipladder
