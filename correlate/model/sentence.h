// What a finding says beside its summary: mostly a literal, sometimes composed. Literals are not
// copied: in a capture with 55,000 findings that saves 18 MB and 110,000 allocations.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sipladder {

class Sentence {
 public:
  Sentence() = default;
  Sentence(const char* literal) : text_(literal) {}  // must live as long as the program
  Sentence(std::string composed)
      : composed_(std::make_shared<const std::string>(std::move(composed))), text_(*composed_) {}

  operator std::string_view() const { return text_; }

 private:
  std::shared_ptr<const std::string> composed_;
  std::string_view text_;
};

}  // namespace sipladder
