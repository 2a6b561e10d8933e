// Ladders as one Mermaid sequenceDiagram: a host that several calls have in common is one
// participant, and the calls follow each other.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "export/cells.h"
#include "export/ladder_formats.h"
#include "export/ladder_words.h"

namespace sipladder {
namespace {

constexpr std::string_view kMermaidBreak = "<br/>";
// GitHub and GitLab draw no more.
constexpr uint64_t kMermaidMessages = 2000;
constexpr uint64_t kMermaidCharacters = 50'000;

// Letters, digits and other characters that are plain text everywhere in Mermaid: in its comments,
// its directives and the HTML that it makes. All other ASCII characters are written as numbers.
bool is_plain_in_mermaid(char32_t c) {
  if (c >= 0x80) return true;
  return is_ascii_alnum(c) ||
         std::u32string_view(U" .,:()[]+-_/=!?|~*^").find(c) != std::u32string_view::npos;
}

std::string mermaid_text(std::u32string_view text) {
  // Words that mean something to Mermaid even in the middle of a line.
  static constexpr std::u32string_view kWords[] = {U"wrap:", U"nowrap:", U"style", U"classDef"};
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    const bool word = std::any_of(std::begin(kWords), std::end(kWords),
                                  [&](const auto& one) { return text.substr(i).starts_with(one); });
    if (is_plain_in_mermaid(text[i]) && !word) {
      append_utf8(&out, text[i]);
    } else {
      out += fmt::format("#{};", static_cast<uint32_t>(text[i]));
    }
  }
  return out;
}

class MermaidLadders : public LadderWriter {
 public:
  using LadderWriter::LadderWriter;

  bool add(const Ladder& ladder) override {
    text_ = messages_ == 0 && hosts_.empty() ? "sequenceDiagram\n" : "";
    declare(ladder);
    const PlacedFindings findings(ladder);
    note_over_all(note_text(head_lines(ladder, style_.text.utc), kMermaidBreak, mermaid_text));
    for (const LadderFinding* finding : findings.before) note_over_all(finding_text_of(*finding));
    for (const LadderCall& call : ladder.calls) add_codecs(call);
    const ArrowWords words(ladder, style_.text.frames);
    for (const LadderRow& row : ladder.rows) {
      add_row(row, words);
      for (const LadderFinding* finding : findings.at(row)) note(row, finding_text_of(*finding));
    }
    if (!out_->put(text_)) return false;
    characters_ += static_cast<uint64_t>(std::count_if(text_.begin(), text_.end(), [](char c) {
      return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
    }));
    return true;
  }

  std::string remark() const override {
    if (messages_ <= kMermaidMessages && characters_ <= kMermaidCharacters) return {};
    return fmt::format(
        "this diagram has {} arrows and {} characters: GitHub and GitLab draw none of more than {} "
        "or {}; choose calls, or leave out with --compact, --hide METHOD and --no-rtp",
        messages_, characters_, kMermaidMessages, kMermaidCharacters);
  }

 private:
  // The ids of participants are made here. Text from the network is only in their aliases.
  void declare(const Ladder& ladder) {
    columns_.clear();
    for (const Participant& participant : ladder.participants)
      columns_.push_back(host(note_text(host_lines(participant), kMermaidBreak, mermaid_text)));
    if (columns_.empty()) columns_.push_back(host("no message"));
    const auto [least, most] = std::minmax_element(columns_.begin(), columns_.end());
    all_ = fmt::format("h{},h{}", *least, *most);
    if (*least == *most) all_ = fmt::format("h{}", *least);
  }

  size_t host(const std::string& label) {
    const auto [known, is_new] = hosts_.try_emplace(label, hosts_.size() + 1);
    if (is_new) text_ += fmt::format("    participant h{} as {}\n", known->second, label);
    return known->second;
  }

  static std::string finding_text_of(const LadderFinding& finding) {
    return note_text({finding_words(finding)}, kMermaidBreak, mermaid_text);
  }

  void note_over_all(const std::string& text) {
    text_ += fmt::format("    Note over {}: {}\n", all_, text);
  }

  void note(const LadderRow& row, const std::string& text) {
    const size_t from = columns_[row.from], to = columns_[row.to];
    text_ += from == to ? fmt::format("    Note over h{}: {}\n", from, text)
                        : fmt::format("    Note over h{},h{}: {}\n", from, to, text);
  }

  void add_codecs(const LadderCall& call) {
    if (!call.codecs.empty())
      note_over_all(note_text(safe_lines(call.codecs), kMermaidBreak, mermaid_text));
  }

  void add_row(const LadderRow& row, const ArrowWords& words) {
    if (row.kind == RowKind::note || row.kind == RowKind::gap) {
      if (!row.label.empty()) note_over_all(mermaid_text(safe_text(row.label)));
      return;
    }
    messages_++;
    const std::string_view arrow = row.kind == RowKind::media ? "--)"
                                   : row.status == 0          ? "->>"
                                                              : "-->>";
    text_ += fmt::format("    h{}{}h{}: {}\n", columns_[row.from], arrow, columns_[row.to],
                         mermaid_text(words.of(row)));
    const std::vector<std::u32string> details = safe_lines(detail_lines(row));
    if (!details.empty()) note(row, note_text(details, kMermaidBreak, mermaid_text));
  }

  std::map<std::string, size_t> hosts_;  // number of each host by its label
  std::vector<size_t> columns_;          // host of each column of the present ladder
  std::string all_;                      // first and last host of the present ladder
  std::string text_;
  uint64_t messages_ = 0;
  uint64_t characters_ = 0;
};

}  // namespace

std::unique_ptr<LadderWriter> make_mermaid_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<MermaidLadders>(style, out);
}

}  // namespace sipladder
