// What the program can explain without a capture: findings, statuses, headers, causes of Q.850,
// timers. One table (*.def) for each kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

enum class WordKind : uint8_t { finding, status, header, cause, timer };
std::string_view to_string(WordKind kind);

struct Explanation {
  WordKind kind = WordKind::finding;
  std::string word;   // as it is asked for: "audio-stopped", "480", "Via", "Q.850:16", "timer B"
  std::string title;  // what it is, in one sentence
  std::string rule;   // RFC and section; empty when none applies
  std::string_view detail, causes, remedy;
  std::string_view disproof;  // of a finding: what would show that it is wrong
};

// All explanations, by kind and within a kind by name or number. They live as long as the program.
const std::vector<Explanation>& explanations();

// The explanation of `word`, which may be in upper or lower case and in the usual forms ("486 Busy
// Here", "v", "q850:16", "timer-b"). Null: there is none.
const Explanation* find_explanation(std::string_view word);

}  // namespace sipladder
