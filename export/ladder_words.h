// Words that all renderers of a ladder have in common. Hidden characters in them are escaped
// already (safe_text()); markup of the output format is not. Where a comment says "as the network
// sent it", nothing is escaped.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "export/ladder.h"

namespace sipladder {

std::string utf8_text(std::u32string_view text);

// "alice → bob"; "call 3" when the messages name neither.
std::u32string parties_text(const LadderCall& call, bool ascii);
// The same with state, audio verdict and Call-ID.
std::u32string title_text(const LadderCall& call, bool ascii);
std::u32string finding_words(const LadderFinding& finding);
std::u32string file_words(const LadderFile& file);
// Explains the mark "~" of inferred ends; empty when the ladder has none.
std::u32string inferred_words(const Ladder& ladder);

// The lines above a ladder: the title of each call, the time of the first row, the files.
std::vector<std::u32string> head_lines(const Ladder& ladder, bool utc);

// A line for the name of the participant, when it has one, and lines for its address.
std::vector<std::u32string> host_lines(const Participant& participant);

// The lines as the text of one note in a diagram. Long lines are broken between words. Each line is
// escaped by `escape`, and `separator` stands between them.
std::string note_text(const std::vector<std::u32string>& lines, std::string_view separator,
                      std::string (*escape)(std::u32string_view));

// The lines under an arrow (transaction, SDP summary, message text), as the network sent them.
std::vector<std::string> detail_lines(const LadderRow& row);
// Each line through safe_text().
std::vector<std::u32string> safe_lines(const std::vector<std::string>& lines);
bool is_ascii_alnum(char32_t c);

// The label of an arrow in a diagram without columns of frames and times. It holds them itself:
// "[15] RTP PCMU 349 pkt, port 47643 to 10000 (+0.003629)", in seconds since the ladder begins.
// The ladder must outlive this object.
class ArrowWords {
 public:
  ArrowWords(const Ladder& ladder, bool frames);
  std::u32string of(const LadderRow& row) const;

 private:
  const Ladder& ladder_;
  bool frames_;
  int64_t begin_ns_ = 0;
};

// The findings of a ladder by the message that proves them. A finding whose message has no row is
// in `before`, to be shown above all rows. The ladder must outlive this object.
struct PlacedFindings {
  explicit PlacedFindings(const Ladder& ladder);
  std::vector<const LadderFinding*> before;
  absl::flat_hash_map<uint32_t, std::vector<const LadderFinding*>> by_message;
  const std::vector<const LadderFinding*>& at(const LadderRow& row) const;
};

}  // namespace sipladder
