#include "tui/mask.h"

#include <algorithm>
#include <span>

#include "decode/text.h"
#include "export/redact/grammar.h"
#include "export/redact/replacer.h"
#include "export/redact/sip_text.h"
#include "export/redact/text_kinds.h"

namespace sipladder {
namespace {

constexpr size_t kMostNames = 100'000;
constexpr size_t kLeastName = 3;    // shorter words also occur in sentences
constexpr size_t kLeastNumber = 7;  // shorter numbers are also counts or ports

// Columns that hold nothing but names. Other columns hold words of the program: in those only known
// names are replaced.
constexpr std::string_view kNameColumns[] = {
    "address",        "alias_params",  "aor",           "branch",      "call_id",
    "callee",         "callee_tag",    "callee_target", "callid",      "caller",
    "caller_tag",     "caller_target", "contact",       "crypto",      "dst",
    "fingerprint",    "from_tag",      "from_uri",      "host",        "instance",
    "issuer",         "maddr",         "names",         "origin",      "private_address",
    "public_address", "received",      "received_due",  "request_uri", "response_dst",
    "response_due",   "route_set",     "server",        "server_name", "sipfrom",
    "sipfromuser",    "sipto",         "siptouser",     "source",      "src",
    "subject",        "to_tag",        "to_uri",        "user_agent",  "value",
    "xcallid"};

// Words that can be the name of a party, but that sentences need: they are not taken for names.
constexpr std::string_view kSentenceWords[] = {"audio", "call",  "callee", "caller", "client",
                                               "phone", "proxy", "server", "user"};

bool is_word_of_sentences(std::string_view word) {
  return is_grammar(word) || std::find(std::begin(kSentenceWords), std::end(kSentenceWords),
                                       word) != std::end(kSentenceWords);
}

bool ends_atom(char c) {
  return c == ' ' || c == '(' || c == ')' || c == ',' || c == '"' || c == '\'' || c == '<' ||
         c == '>';
}

bool is_letter(char c) {
  return is_word_byte(c) && !is_digit(c);
}

// "lab.example": two letters on both sides of a dot.
bool is_domain(std::string_view atom) {
  for (size_t i = 2; i + 2 < atom.size(); i++) {
    if (atom[i] == '.' && is_letter(atom[i - 1]) && is_letter(atom[i - 2]) &&
        is_letter(atom[i + 1]) && is_letter(atom[i + 2]))
      return true;
  }
  return false;
}

bool is_uri(std::string_view atom) {
  return atom.find('@') != std::string_view::npos || atom.starts_with("sip:") ||
         atom.starts_with("sips:") || atom.starts_with("tel:");
}

// "2024-01-02T03:04:05Z": a time, not an IPv6 address, in spite of its colons.
bool is_timestamp(std::string_view atom) {
  return atom.size() > 10 && atom[4] == '-' && atom[7] == '-' && atom[10] == 'T' &&
         is_number(atom.substr(0, 4));
}

bool may_hold_address(std::string_view atom) {
  return std::count(atom.begin(), atom.end(), '.') >= 3 ||
         std::count(atom.begin(), atom.end(), ':') >= 2;
}

// Whether the digits from `begin` to `end`, which stand behind a colon, are a port, and not a user
// ("sip:768000@lab.example") or a password.
bool is_port(std::string_view text, size_t begin, size_t end) {
  constexpr std::string_view kBehind = ";>, ?\"])&";
  if (end < text.size() && kBehind.find(text[end]) == std::string_view::npos) return false;
  size_t word = begin - 1;
  while (word > 0 && is_word_byte(text[word - 1])) word--;
  if (is_scheme(text.substr(word, begin - 1 - word))) return false;
  const size_t stop = text.find_first_of("@>, \"", end);
  return stop == std::string_view::npos || text[stop] != '@';
}

// Writes the real ports back, which tell nothing about anybody.
void restore_ports(std::string_view before, std::string* after) {
  for (size_t at = 1; at + 1 < before.size(); at++) {
    if (before[at] != ':' || !is_digit(before[at + 1])) continue;
    if (!is_word_byte(before[at - 1]) && before[at - 1] != ']') continue;
    size_t end = at + 1;
    while (end < before.size() && is_digit(before[end])) end++;
    const bool in_v6 = before[at - 1] != ']' &&
                       before.substr(0, at).find(':') != std::string_view::npos &&
                       before.find("::") != std::string_view::npos;
    if (is_port(before, at + 1, end) && !in_v6)
      after->replace(at, end - at, before.substr(at, end - at));
  }
}

}  // namespace

Mask::Mask() = default;
Mask::~Mask() = default;

void Mask::toggle() {
  on_ = !on_;
  if (!on_ || replacer_) return;
  const std::string key = key_.empty() ? KeyedHash::random_key() : key_;
  on_ = !key.empty();  // without a secret key, replacements could be guessed
  if (!on_) return;
  replacer_ = std::make_unique<Replacer>(KeyedHash(key), false);
  replacer_->begin_replacing();
  sip_ = std::make_unique<SipText>(*replacer_);
}

void Mask::learn(std::string_view name) {
  for (size_t at = 0; at < name.size() && names_.size() < kMostNames;) {
    const size_t begin = at;
    while (at < name.size() && is_word_byte(name[at])) at++;
    if (at == begin) {
      at++;
      continue;
    }
    const std::string word = lower_case(name.substr(begin, at - begin));
    const size_t least = is_number(word) ? kLeastNumber : kLeastName;
    if (word.size() >= least && !is_word_of_sentences(word)) names_.insert(word);
  }
}

std::string Mask::replaced(std::string_view text) {
  std::string out(text);
  replacer_->text(out, Keep::grammar);
  restore_ports(text, &out);
  return out;
}

std::string Mask::name(std::string text) {
  if (!on_ || text.empty()) return text;
  learn(text);
  return replaced(text);
}

// `atom`: a part of a sentence between two spaces or brackets.
std::string Mask::replaced_atom(std::string_view atom) {
  if (is_timestamp(atom)) return std::string(atom);
  if (is_uri(atom) || is_domain(atom)) return replaced(atom);
  std::string out(atom);
  if (may_hold_address(atom)) {
    replacer_->text(out, Keep::grammar_and_numbers);
    return out;
  }
  for (size_t at = 0; at < out.size();) {
    const size_t begin = at;
    while (at < out.size() && is_word_byte(out[at])) at++;
    if (at == begin) {
      at++;
      continue;
    }
    const std::span<char> word(out.data() + begin, at - begin);
    if (names_.contains(lower_case({word.data(), word.size()})))
      replacer_->text(word, Keep::nothing);
  }
  return out;
}

std::string Mask::sentence(std::string text) {
  if (!on_) return text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    while (at < text.size() && !ends_atom(text[at])) at++;
    out += replaced_atom(std::string_view(text).substr(begin, at - begin));
    if (at < text.size()) out += text[at++];
  }
  return out;
}

std::string Mask::cell(std::string_view column, std::string text) {
  if (!on_ || text.empty()) return text;
  if (column == "raw") return message(std::move(text));
  constexpr std::string_view kHeader = "header:";
  if (column.starts_with(kHeader)) return header(column.substr(kHeader.size()), std::move(text));
  const bool names =
      std::find(std::begin(kNameColumns), std::end(kNameColumns), column) != std::end(kNameColumns);
  return names ? name(std::move(text)) : sentence(std::move(text));
}

std::string Mask::header(std::string_view name, std::string value) {
  if (!on_) return value;
  learn_header(name, value);
  sip_->value(name, value);
  return value;
}

// Remembers the names of a header for sentences. Those that hold words of the protocol, and Via,
// have none that a sentence would show alone.
void Mask::learn_header(std::string_view name, std::string_view value) {
  if (!holds_numbers(name) && !holds_grammar(name) && !holds_credentials(name) &&
      !equal_no_case(name, "via"))
    learn(value);
}

std::string Mask::message(std::string bytes) {
  if (on_) sip_->message(bytes);
  return bytes;
}

}  // namespace sipladder
