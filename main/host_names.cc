#include "main/host_names.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "decode/endpoint_text.h"
#include "decode/text.h"
#include "main/option_values.h"

namespace sipladder {
namespace {

constexpr Method kLastMethod = Method::publish;

}  // namespace

bool read_aliases(const std::string& path, std::vector<HostAlias>* aliases, std::string* wrong,
                  bool* unreadable) {
  constexpr size_t kMost = 100'000;
  *unreadable = true;
  std::ifstream file(path);
  std::string line;
  for (size_t number = 1; std::getline(file, line) && number <= kMost; number++) {
    std::string_view rest = trim(std::string_view(line).substr(0, line.find('#')));
    if (rest.empty()) continue;
    const size_t end = rest.find_first_of(" \t");
    const auto host = parse_endpoint(rest.substr(0, end));
    const std::string name(end == std::string_view::npos ? "" : trim(rest.substr(end)));
    if (!host || name.empty()) {
      *unreadable = false;
      *wrong =
          "--alias " + path + ": line " + std::to_string(number) + " is no \"ADDRESS[:PORT] NAME\"";
      return false;
    }
    aliases->push_back({*host, name});
  }
  if (file.eof()) return true;
  *wrong = "--alias " + path + ": could not be read: " + std::strerror(errno);
  return false;
}

Method method_called(std::string_view name) {
  for (int i = 1; i <= static_cast<int>(kLastMethod); i++) {
    const auto method = static_cast<Method>(i);
    if (equal_no_case(to_string(method), name)) return method;
  }
  return Method::unknown;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (int i = 1; i <= static_cast<int>(kLastMethod); i++)
    names.emplace_back(to_string(static_cast<Method>(i)));
  return names;
}

}  // namespace sipladder
