#include "tests/support/flow_pages.h"

#include <fstream>
#include <string_view>

namespace sipladder::build {

std::vector<PageFlow> flows_of_page(const std::filesystem::path& page) {
  constexpr std::string_view kFence = "```flow ";
  std::vector<PageFlow> flows;
  std::ifstream file(page);
  bool within = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      within = line.starts_with(kFence);
      if (within) flows.push_back({line.substr(kFence.size()), ""});
    } else if (within) {
      flows.back().script += line + "\n";
    }
  }
  return flows;
}

}  // namespace sipladder::build
