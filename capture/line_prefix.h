// What stands before every line of a message in a log: quote marks, indentation, the time and the
// name of a program, an id. It is learned from one line. In the others, numbers and the width of
// gaps may differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sipladder {

class LinePrefix {
 public:
  LinePrefix() = default;
  explicit LinePrefix(std::string_view sample) : sample_(sample) {}

  bool empty() const { return sample_.empty(); }
  bool is_indent() const { return sample_.find_first_not_of(" \t") == std::string::npos; }
  // The rest of a line that begins with the prefix, as a part of `line`; nullopt when it does not.
  // A line that is the prefix without its last spaces has an empty rest.
  std::optional<std::string_view> strip(std::string_view line) const;

 private:
  std::string sample_;
};

}  // namespace sipladder
