#include "tui/sngreprc.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "decode/endpoint_text.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMostAliases = 10'000;
constexpr size_t kMostColumns = 64;

// sngrep's names of actions.
constexpr std::pair<std::string_view, Action> kActions[] = {
    {"up", Action::up},
    {"down", Action::down},
    {"left", Action::left},
    {"right", Action::right},
    {"npage", Action::page_down},
    {"ppage", Action::page_up},
    {"hnpage", Action::half_down},
    {"hppage", Action::half_up},
    {"begin", Action::first},
    {"end", Action::last},
    {"clearcalls", Action::clear},
    {"clearcallssoft", Action::clear_hidden},
    {"colormode", Action::colors},
    {"togglesyntax", Action::colors},
    {"showhostnames", Action::addresses},
    {"showalias", Action::aliases},
    {"pause", Action::pause},
    {"prevscreen", Action::back},
    {"showhelp", Action::help},
    {"showraw", Action::raw},
    {"showflow", Action::open},
    {"showflowex", Action::extended},
    {"showfilters", Action::filter},
    {"showcolumns", Action::columns},
    {"showsettings", Action::settings},
    {"showstats", Action::stats},
    {"columnup", Action::move_up},
    {"columndown", Action::move_down},
    {"search", Action::search},
    {"save", Action::save},
    {"select", Action::select},
    {"confirm", Action::open},
    {"rawpreview", Action::raw_pane},
    {"morerawpreview", Action::wider},
    {"lessrawpreview", Action::narrower},
    {"resetrawpreview", Action::reset_width},
    {"onlysdp", Action::only_sdp},
    {"sdpinfo", Action::sdp},
    {"compress", Action::compact},
    {"togglemedia", Action::media},
    {"autoscroll", Action::autoscroll},
    {"sortprev", Action::sort_previous},
    {"sortnext", Action::sort_next},
    {"sortswap", Action::reverse},
};

std::string_view take_setting_word(std::string_view* line) {
  *line = trim(*line);
  const size_t end = std::min(line->find_first_of(" \t"), line->size());
  const std::string_view word = line->substr(0, end);
  *line = trim(line->substr(end));
  return word;
}

bool is_on(std::string_view value) {
  return value == "on" || value == "yes" || value == "1" || value == "true";
}

// "cl.column3" sets the fourth column of the list.
void set_column(std::string_view place, std::string_view name, Ui* ui) {
  size_t at = 0;
  const auto [end, error] = std::from_chars(place.data(), place.data() + place.size(), at);
  if (error != std::errc() || end != place.data() + place.size() || at >= kMostColumns) return;
  if (ui->columns.size() <= at) ui->columns.resize(at + 1);
  ui->columns[at] = name;
}

void set(std::string_view name, std::string_view value, Ui* ui) {
  constexpr std::string_view kColumn = "cl.column";
  if (name.starts_with(kColumn)) return set_column(name.substr(kColumn.size()), value, ui);
  struct Switch {
    std::string_view name;
    bool Ui::*value;
  };
  static constexpr Switch kSwitches[] = {{"color", &Ui::color},
                                         {"syntax", &Ui::syntax},
                                         {"mouse", &Ui::mouse},
                                         {"cl.autoscroll", &Ui::autoscroll},
                                         {"sngrep.displayalias", &Ui::show_aliases},
                                         {"cf.forceraw", &Ui::raw_pane},
                                         {"cf.media", &Ui::media},
                                         {"cf.hideduplicate", &Ui::compact}};
  for (const Switch& one : kSwitches) {
    if (one.name == name) ui->*one.value = is_on(value);
  }
  if (name == "cl.noexitprompt") ui->ask_before_leaving = !is_on(value);
  if (name == "cl.filter") ui->first_filter = value;
  if (name == "sngrep.savepath") ui->save_folder = value;
  if (name == "cf.splitcallid" && is_on(value)) ui->columns_by = ColumnsBy::endpoint;
}

void bind(std::string_view action, std::string_view key_word, Ui* ui) {
  const Key key = key_called(key_word);
  const auto* const found = std::find_if(std::begin(kActions), std::end(kActions),
                                         [&](const auto& one) { return one.first == action; });
  if (key != kKeyNone && found != std::end(kActions)) ui->bindings[key] = found->second;
}

}  // namespace

void read_sngreprc(std::string_view text, Ui* ui) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string_view what = take_setting_word(&line);
    const std::string_view name = take_setting_word(&line);
    if (what == "set") set(name, line, ui);
    if (what == "bind") bind(name, line, ui);
    if (what == "alias" && ui->aliases.size() < kMostAliases) {
      const std::optional<Endpoint> host = parse_endpoint(name);
      if (host && !line.empty()) ui->aliases.push_back({*host, std::string(line)});
    }
  }
}

std::vector<std::string> usual_sngreprc() {
  std::vector<std::string> paths = {"/etc/sngreprc"};
  const char* const named = std::getenv("SNGREPRC");
  const char* const home = std::getenv("HOME");
  if (named != nullptr && *named != '\0') {
    paths.emplace_back(named);
  } else if (home != nullptr) {
    paths.push_back(std::string(home) + "/.sngreprc");
  }
  return paths;
}

}  // namespace sipladder
