// What the renderers of a ladder say alike. Hidden characters are written as escapes already; what
// the output takes for markup is still to be escaped, unless a comment says that nothing is.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "export/ladder.h"

namespace sipladder {

std::string utf8_text(std::u32string_view text);

// "alice → bob", as far as the messages name them.
std::u32string parties_text(const LadderCall& call, bool ascii);
// The same with state, audio verdict and Call-ID.
std::u32string title_text(const LadderCall& call, bool ascii);
std::u32string finding_words(const LadderFinding& finding);
std::u32string file_words(const LadderFile& file);
std::u32string inferred_words(const Ladder& ladder);  // empty when nothing is

// Titles of the calls, when it begins, and of which files: a line each.
std::vector<std::u32string> head_lines(const Ladder& ladder, bool utc);

// A line for its name, when it has one, and one for its address.
std::vector<std::u32string> host_lines(const Participant& participant);

// As one text of a diagram's note: broken between words, each line escaped, `separator` between
// them.
std::string note_text(const std::vector<std::u32string>& lines, std::string_view separator,
                      std::string (*escape)(std::u32string_view));

// What is told under an arrow (transaction, SDP, text), as the network sent it.
std::vector<std::string> detail_lines(const LadderRow& row);
// Each as a terminal may show it.
std::vector<std::u32string> safe_lines(const std::vector<std::string>& lines);
bool is_ascii_alnum(char32_t c);

// What stands on an arrow where a diagram has no columns beside it:
// "[15] RTP PCMU 349 pkt, port 47643 to 10000 (+0.003629)", the time since the ladder begins.
class ArrowWords {
 public:
  ArrowWords(const Ladder& ladder, bool frames);
  std::u32string of(const LadderRow& row) const;

 private:
  const Ladder& ladder_;
  bool frames_;
  int64_t begin_ns_ = 0;
};

// Each finding at its first evidence; those without a row for it stand before all.
struct PlacedFindings {
  explicit PlacedFindings(const Ladder& ladder);
  std::vector<const LadderFinding*> before;
  absl::flat_hash_map<uint32_t, std::vector<const LadderFinding*>> by_message;
  const std::vector<const LadderFinding*>& at(const LadderRow& row) const;
};

}  // namespace sipladder
