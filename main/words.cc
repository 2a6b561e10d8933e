#include "main/words.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "capture/cluster_url.h"
#include "main/commands.h"
#include "main/nearest.h"

namespace sipladder {
namespace {

bool is_bare(const std::string& word) {
  return word != "-" && word.find_first_of("./:\\") == std::string::npos && !file_exists(word);
}

// Commands that are planned and do not exist yet.
constexpr const char* kPlanned[] = {"serve"};

}  // namespace

bool file_exists(const std::string& name) {
  return access(name.c_str(), F_OK) == 0;
}

std::string no_source(const std::string& word, bool first) {
  if (is_cluster_url(word)) return {};
  if (!is_bare(word)) return {};
  const bool letters = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalpha(c) != 0 || c == '_' || c == '-';
  });
  if (first && letters) {
    const bool planned = std::any_of(std::begin(kPlanned), std::end(kPlanned),
                                     [&](const char* name) { return word == name; });
    if (planned) return word + ": this command is not there yet";
    std::vector<std::string> names;
    for (const Command& command : commands()) names.push_back(command.name);
    const std::string meant = nearest(word, names);
    return word + ": neither a command nor a file" +
           (meant.empty() ? "" : "; did you mean " + meant + "?") + " (see --help; --match " +
           word + " chooses the calls that have it in a message)";
  }
  return word + ": no file is called so; --match " + word +
         " chooses the calls that have it in a message";
}

std::string take_filter(std::vector<std::string>* words, std::string* bpf) {
  std::string filter;
  for (const std::string& word : *words) {
    if (file_exists(word)) return "-i and " + word + ": live packets or a file, not both";
    filter += (filter.empty() ? "" : " ") + word;
  }
  words->clear();
  if (filter.empty()) return {};
  if (!bpf->empty()) return filter + ": there is a filter already, that of --bpf";
  *bpf = filter;
  return {};
}

void take_query(std::vector<std::string>* words, std::string* query) {
  auto found = std::find_if(words->begin(), words->end(), [](const std::string& word) {
    return word.find_first_of(" \t\n") != std::string::npos && !file_exists(word);
  });
  if (found == words->end() && words->size() > 1 && is_bare(words->back()))
    found = words->end() - 1;
  if (found == words->end()) return;
  *query = *found;
  words->erase(found);
}

}  // namespace sipladder
