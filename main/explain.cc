// `explain WORD`.
#include "export/explain/explain.h"

#include <algorithm>

#include "decode/text.h"
#include "export/text_block.h"
#include "main/nearest.h"
#include "main/option_values.h"
#include "main/output.h"
#include "main/print.h"

namespace sipladder {
namespace {

// A sentence about a word that is not known, with known words that are near.
std::string unknown_word(const std::string& word) {
  std::vector<std::string> known;
  for (const Explanation& one : explanations()) known.push_back(lower_case(one.word));
  const std::vector<size_t> near = nearest_ones(lower_case(word), known, 3);
  std::string text = word + ": nothing is called so";
  const auto number = parse_count(word);
  if (number && *number >= 100 && *number < 700)
    text = word + ": no status that is known; it counts as " + word.substr(0, 1) +
           "00 (RFC 3261 8.1.3.2)";
  for (size_t i = 0; i < near.size(); i++)
    text += (i == 0 ? "; the nearest: " : ", ") + explanations()[near[i]].word;
  return text + (near.empty()
                     ? "; name a finding's code (findings --list), a status, a header, Q.850:N, "
                       "or timer X"
                     : "");
}

void print_block(const Explanation& one, const Options& options) {
  constexpr int kLabel = 14, kIndent = 2;
  TextBlock block({output_width(options), is_colored(options), kLabel});
  block.add(0, "", one.word + (one.kind == WordKind::status ? " " : ", ") + one.title, Ink::bold);
  block.add(kIndent, "what", one.detail);
  block.add(kIndent, "causes", one.causes);
  block.add(kIndent, "do", one.remedy);
  block.add(kIndent, "disproved by", one.disproof);
  block.add(kIndent, "rule", one.rule, Ink::dim);
  const std::string text = block.take();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_row(const Explanation& one, const Options& options) {
  const auto writer = make_row_writer(row_style(options), stdout);
  writer->begin(
      {{"word"}, {"kind"}, {"title"}, {"what"}, {"rule"}, {"causes"}, {"remedy"}, {"disproof"}});
  std::vector<Value> values(8);
  const std::string_view texts[] = {one.word, to_string(one.kind), one.title,  one.detail,
                                    one.rule, one.causes,          one.remedy, one.disproof};
  for (size_t i = 0; i < values.size(); i++) values[i].set_if(texts[i]);
  writer->row(values);
  writer->end();
}

}  // namespace

int print_explanation(const Options& options) {
  const Explanation* const one = find_explanation(options.query);
  if (one == nullptr) {
    complain(unknown_word(options.query));
    return kUsage;
  }
  if (options.format.empty() || options.format == "text") {
    print_block(*one, options);
  } else {
    print_row(*one, options);
  }
  return kDone;
}

}  // namespace sipladder
