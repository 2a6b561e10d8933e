// Ladders as PlantUML, one diagram for each ladder.
#include <fmt/format.h>

#include "export/cells.h"
#include "export/ladder_formats.h"
#include "export/ladder_words.h"

namespace sipladder {
namespace {

constexpr std::string_view kPlantumlBreak = "\\n";

bool is_plain_in_plantuml(char32_t c) {
  if (c >= 0x80) return true;
  return is_ascii_alnum(c) ||
         std::u32string_view(U" .,:()[]+-_/=?").find(c) != std::u32string_view::npos;
}

// Text from the network never begins a line, so that PlantUML takes no word of it for a keyword or
// a directive. Characters that the preprocessor looks for within lines (% and $), quotes,
// backslashes and markup are written as character numbers. So is the second of two equal characters
// that together are markup (//, --, __, [[) or a pause.
std::string plantuml_text(std::u32string_view text) {
  std::string out;
  char32_t before = 0;
  bool begun = false;  // false while only spaces came: there an equal sign would make a heading
  for (const char32_t c : text) {
    const bool heading = c == U'=' && !begun;
    begun = begun || c != U' ';
    const bool sign =
        c < 0x80 && std::u32string_view(U".-_/=[]").find(c) != std::u32string_view::npos;
    if (is_plain_in_plantuml(c) && !heading && !(sign && c == before)) {
      append_utf8(&out, c);
    } else {
      out += fmt::format("<U+{:04X}>", static_cast<uint32_t>(c));
    }
    before = c;
  }
  return out;
}

class PlantumlLadders : public LadderWriter {
 public:
  using LadderWriter::LadderWriter;

  bool add(const Ladder& ladder) override {
    text_ = first_ ? "@startuml\nhide footbox\n" : "\n@startuml\nhide footbox\n";
    declare(ladder);
    const PlacedFindings findings(ladder);
    note_over_all("",
                  note_text(head_lines(ladder, style_.text.utc), kPlantumlBreak, plantuml_text));
    for (const LadderFinding* finding : findings.before)
      note_over_all(color_of(*finding), words_of(*finding));
    for (const LadderCall& call : ladder.calls) add_codecs(call);
    const ArrowWords words(ladder, style_.text.frames);
    for (const LadderRow& row : ladder.rows) {
      add_row(row, words);
      for (const LadderFinding* finding : findings.at(row))
        note(row, color_of(*finding), words_of(*finding));
    }
    text_ += "@enduml\n";
    first_ = false;
    return out_->put(text_);
  }

 private:
  void declare(const Ladder& ladder) {
    size_t hosts = 0;
    for (const Participant& participant : ladder.participants) {
      text_ +=
          fmt::format("participant \"{}\" as h{}\n",
                      note_text(host_lines(participant), kPlantumlBreak, plantuml_text), ++hosts);
    }
    if (hosts == 0) text_ += fmt::format("participant \"no message\" as h{}\n", ++hosts);
    all_ = hosts == 1 ? "h1" : fmt::format("h1, h{}", hosts);
  }

  static std::string words_of(const LadderFinding& finding) {
    return note_text({finding_words(finding)}, kPlantumlBreak, plantuml_text);
  }
  static std::string_view color_of(const LadderFinding& finding) {
    if (finding.severity == Severity::error) return " #FFD7D5";
    return finding.severity == Severity::warning ? " #FFF1C2" : " #DDF4FF";
  }

  void note_over_all(std::string_view color, const std::string& text) {
    text_ += fmt::format("note over {}{} : {}\n", all_, color, text);
  }

  void note(const LadderRow& row, std::string_view color, const std::string& text) {
    text_ += fmt::format("note over h{}", row.from + 1);
    if (row.to != row.from) text_ += fmt::format(", h{}", row.to + 1);
    text_ += fmt::format("{} : {}\n", color, text);
  }

  void add_codecs(const LadderCall& call) {
    if (!call.codecs.empty())
      note_over_all("", note_text(safe_lines(call.codecs), kPlantumlBreak, plantuml_text));
  }

  void add_row(const LadderRow& row, const ArrowWords& words) {
    if (row.kind == RowKind::gap) {
      text_ += row.label.empty() ? "|||\n"
                                 : fmt::format("... {} ...\n", plantuml_text(safe_text(row.label)));
      return;
    }
    if (row.kind == RowKind::note) {
      note_over_all("", plantuml_text(safe_text(row.label)));
      return;
    }
    const std::string_view arrow = row.kind == RowKind::media ? "-[#8250DF]->>"
                                   : row.status == 0          ? "->"
                                                              : "-->";
    text_ += fmt::format("h{} {} h{} : {}\n", row.from + 1, arrow, row.to + 1,
                         plantuml_text(words.of(row)));
    const std::vector<std::u32string> details = safe_lines(detail_lines(row));
    if (!details.empty()) note(row, "", note_text(details, kPlantumlBreak, plantuml_text));
  }

  bool first_ = true;
  std::string all_;  // first and last host of the present ladder
  std::string text_;
};

}  // namespace

std::unique_ptr<LadderWriter> make_plantuml_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<PlantumlLadders>(style, out);
}

}  // namespace sipladder
