#include "export/redact/sdp_text.h"

#include <algorithm>
#include <array>

#include "export/redact/grammar.h"
#include "export/redact/text_kinds.h"
#include "export/redact/text_parts.h"

namespace sipladder {

void SdpText::body(Text text) {
  for_each_line(text, [&](Text one) { line(one); });
}

void SdpText::line(Text one) {
  if (one.size() < 2 || one[1] != '=') return replacer_.text(one, Keep::nothing);
  const Text value = one.subspan(2);
  switch (one[0]) {
    case 'v':
    case 't':
    case 'r':
    case 'z':
    case 'b':
    case 'm':
    case 'c':
      return replacer_.text(value, Keep::grammar_and_numbers);
    case 'o':
      return origin(value);
    case 'a':
      return attribute(value);
    case 'k':
      return replacer_.secret(value);
    default:
      return replacer_.text(value, Keep::nothing);
  }
}

// o= has user, id, version, IN, IP4, address. The version stays, because it must count upwards.
void SdpText::origin(Text value) {
  size_t field = 0;
  for_each_part(value, " ", [&](Text one) {
    const bool kept = field >= 2;
    field++;
    replacer_.text(one, kept ? Keep::grammar_and_numbers : Keep::nothing);
  });
}

void SdpText::secret(Text value, size_t begin) {
  replacer_.text(value.subspan(0, begin), Keep::grammar_and_numbers);
  const size_t end = std::min(view(value).find('|', begin), value.size());
  replacer_.secret(value.subspan(begin, end - begin));
  replacer_.text(value.subspan(end), Keep::grammar_and_numbers);
}

namespace {

// Whether the words of a name are of SDP: "rtcp-mux", but not "x-something".
bool is_known(std::string_view name) {
  if (name.starts_with("x-")) return false;
  while (!name.empty()) {
    if (!is_grammar(cut(&name, '-'))) return false;
  }
  return true;
}

}  // namespace

void SdpText::attribute(Text value) {
  static constexpr std::array<std::string_view, 5> kSecrets = {"fingerprint", "crypto", "key-mgmt",
                                                               "identity", "acap"};
  static constexpr std::array<std::string_view, 14> kNames = {
      "ice-ufrag", "ice-pwd", "msid",   "label", "mslabel", "cname", "tool",
      "charset",   "cat",     "keywds", "path",  "mid-id",  "x-nat", "msid-semantic"};
  const std::string_view all = view(value);
  const size_t colon = std::min(all.find(':'), all.size());
  const std::string name = lower_case(all.substr(0, colon));
  if (colon < all.size() && is_one_of(kSecrets, name)) {
    // The name of a hash or of a cipher comes first and stays; the secret follows.
    const size_t space = name == "fingerprint" ? all.find(' ', colon) : all.npos;
    const size_t key = all.find("inline:", colon);
    return secret(value, space != all.npos ? space + 1 : key != all.npos ? key + 7 : colon + 1);
  }
  if (name == "candidate" || name == "remote-candidates") {
    const size_t space = std::min(all.find(' '), all.size());
    replacer_.text(value.subspan(std::min(colon + 1, space), space - std::min(colon + 1, space)),
                   Keep::nothing);
    return replacer_.text(value.subspan(space), Keep::grammar_and_numbers);
  }
  if (name == "ssrc" || name == "ssrc-group") {
    const size_t space = std::min(all.find(' '), all.size());
    const size_t inner = std::min(all.find(':', space), all.size());
    replacer_.text(value.subspan(space, inner - space), Keep::grammar);
    return replacer_.text(value.subspan(inner),
                          name == "ssrc" ? Keep::nothing : Keep::grammar_and_numbers);
  }
  replacer_.text(value.subspan(0, colon), Keep::grammar_and_other_numbers);
  // Nobody knows what the numbers of an attribute of nobody's are.
  const Keep keep = is_one_of(kNames, name) ? Keep::nothing
                    : is_known(name)        ? Keep::grammar_and_numbers
                                            : Keep::grammar;
  replacer_.text(value.subspan(colon), keep);
}

}  // namespace sipladder
