// The flow scripts of a golden page: its fences "```flow NAME".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sipladder::build {

struct PageFlow {
  std::string name, script;
};
std::vector<PageFlow> flows_of_page(const std::filesystem::path& page);

}  // namespace sipladder::build
