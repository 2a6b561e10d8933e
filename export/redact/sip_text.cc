#include "export/redact/sip_text.h"

#include <algorithm>
#include <array>

#include "decode/sip_message.h"
#include "decode/text.h"
#include "export/redact/grammar.h"
#include "export/redact/text_kinds.h"
#include "export/redact/text_parts.h"

namespace sipladder {
void SipText::message(Text text) {
  Body about;
  const size_t begin = headers(text, &about);
  if (begin >= text.size()) return;
  const size_t length = std::min(about.length, text.size() - begin);
  body(text.subspan(begin, length), about, 0);
  replacer_.blank(text.subspan(begin + length));
}

// Returns where the body begins.
size_t SipText::headers(Text text, Body* about) {
  const std::string_view all = view(text);
  bool first = true;
  for (size_t at = 0; at < all.size();) {
    size_t end = std::min(all.find('\n', at), all.size());
    // A header goes on in lines that begin with a space (RFC 3261 7.3.1).
    while (!first && end + 1 < all.size() && (all[end + 1] == ' ' || all[end + 1] == '\t'))
      end = std::min(all.find('\n', end + 1), all.size());
    size_t length = end - at;
    if (length > 0 && all[at + length - 1] == '\r') length--;
    const size_t next = std::min(end + 1, all.size());
    const Text line = text.subspan(at, length);
    if (length == 0 && !first) return next;
    if (length > 0 && first) start_line(line);
    if (length > 0 && !first) header(line, about);
    first = first && length == 0;
    at = next;
  }
  return all.size();
}

void SipText::start_line(Text line) {
  const std::string_view all = view(line);
  const size_t space = all.find(' ');
  if (all.starts_with("SIP/2.0") || all.starts_with("HTTP/1.")) {
    size_t code = std::min(space, all.size());  // the status stays, the phrase is a text
    while (code < all.size() && (is_space(all[code]) || is_digit(all[code]))) code++;
    return replacer_.text(line.subspan(code), Keep::grammar);
  }
  if (space == std::string_view::npos) return replacer_.text(line, Keep::nothing);
  const size_t last = std::max(all.rfind(' '), space);
  const bool known =
      parse_method(all.substr(0, space)) != Method::unknown || all.starts_with("GET ");
  if (!known) replacer_.text(line.subspan(0, space), Keep::nothing);
  uri(line.subspan(space + 1, last > space ? last - space - 1 : line.size() - space - 1));
  const std::string_view version = all.substr(last + 1);
  if (last > space && !version.starts_with("SIP/") && !version.starts_with("HTTP/"))
    replacer_.text(line.subspan(last + 1), Keep::nothing);
}

void SipText::header(Text line, Body* about) {
  const std::string_view all = view(line);
  const size_t colon = std::min(all.find(':'), all.size());
  const std::string_view name = trim(all.substr(0, colon));
  if (colon == all.size()) return replacer_.text(line, Keep::nothing);
  const Text value = line.subspan(colon + 1);
  if (equal_no_case(name, "content-type") || equal_no_case(name, "c")) {
    const std::string_view content = view(value);
    const size_t end = std::min(content.find(';'), content.size());
    about->type = lower_case(trim(content.substr(0, end)));
    about->boundary =
        sipladder::param(content.substr(end == content.size() ? end : end + 1), "boundary")
            .value_or(std::string_view());
  }
  if (equal_no_case(name, "content-length") || equal_no_case(name, "l"))
    about->length = parse_number<size_t>(trim(view(value))).value_or(SIZE_MAX);
  if (equal_no_case(name, "content-transfer-encoding") || equal_no_case(name, "content-encoding"))
    about->encoding = lower_case(trim(view(value)));
  const std::string kept(name);
  header_value(kept, value);
  if (!names_a_header(kept)) replacer_.text(line.subspan(0, colon), Keep::grammar);
}

void SipText::header_value(std::string_view name, Text value) {
  if (equal_no_case(name, "via") || equal_no_case(name, "v")) return via(value);
  if (holds_addresses(name)) return addresses(value);
  if (holds_credentials(name)) return credentials(value);
  if (equal_no_case(name, "cseq")) return cseq(value);
  if (holds_numbers(name)) return replacer_.text(value, Keep::grammar_and_numbers);
  if (holds_grammar(name)) return grammar(name, value);
  // The names of scanning tools stay, so that a scan can still be seen.
  if (equal_no_case(name, "user-agent")) {
    static constexpr std::array<std::string_view, 4> kTools = {"friendly-scanner", "sipvicious",
                                                               "sip-scan", "sipcli"};
    const std::string small = lower_case(trim(view(value)));
    for (const std::string_view tool : kTools) {
      if (!small.starts_with(tool)) continue;
      const size_t begin = static_cast<size_t>(trim(view(value)).data() - value.data());
      return replacer_.text(value.subspan(begin + tool.size()), Keep::nothing);
    }
  }
  const bool tags = equal_no_case(name, "replaces") || equal_no_case(name, "join") ||
                    equal_no_case(name, "target-dialog");
  if (tags) return dialog(value);
  replacer_.text(value, Keep::nothing);
}

// Words of the protocol with parameters.
void SipText::grammar(std::string_view name, Text value) {
  const bool is_event = equal_no_case(name, "event") || equal_no_case(name, "o");
  const Keep plain = equal_no_case(name, "retry-after") ? Keep::grammar_and_numbers
                                                        : Keep::grammar_and_other_numbers;
  for_each_part(value, ",;", [&](Text one) {
    const std::string_view all = view(one);
    const size_t equal = find_outside(all, 0, "=(");
    const bool is_param = equal < all.size() && all[equal] == '=';
    if (!is_param) return words(one, plain);
    // The id of a subscription by REFER is the CSeq of the REFER (RFC 3515 2.4.6).
    if (is_event && equal_no_case(trim(all.substr(0, equal)), "id")) return;
    param(one, Keep::grammar_and_other_numbers);
  });
}

// In quoted strings, comments and URIs a number is more likely a user than a code.
void SipText::words(Text text, Keep plain) {
  const std::string_view all = view(text);
  size_t at = 0;
  while (at < all.size() && is_space(all[at])) at++;
  while (at < all.size() && is_digit(all[at])) at++;
  if (at < all.size() && !is_space(all[at])) at = 0;  // an address, or a word
  replacer_.text(text.subspan(0, at), plain);         // the code of a Warning
  while (at < all.size()) {
    const size_t open = std::min(all.find_first_of("\"(", at), all.size());
    const Text outside = text.subspan(at, open - at);
    const bool uri = view(outside).find('@') != std::string_view::npos ||
                     view(outside).find("sip:") != std::string_view::npos ||
                     view(outside).find("tel:") != std::string_view::npos;
    replacer_.text(outside, uri ? Keep::grammar : plain);
    if (open == all.size()) return;
    const size_t close = std::min(all.find(all[open] == '"' ? '"' : ')', open + 1), all.size());
    replacer_.text(text.subspan(open, close - open), Keep::grammar);
    at = close + 1;
  }
}

// The method is replaced as it is in the start line, so that both stay the same.
void SipText::cseq(Text value) {
  const std::string_view all = view(value);
  size_t method = 0;
  while (method < all.size() && (is_space(all[method]) || is_digit(all[method]))) method++;
  if (parse_method(trim(all.substr(method))) == Method::unknown)
    replacer_.text(value.subspan(method), Keep::nothing);
}

// The value of Replaces or Join: a Call-ID, then parameters with tags (RFC 3891 6.1). Each becomes
// what it becomes in the headers of that dialog. In a URI the separators are escaped.
void SipText::dialog(Text value) {
  const auto find = [](std::string_view text, char plain, std::string_view escaped) {
    for (size_t at = 0; at < text.size(); at++) {
      if (text[at] == plain) return std::pair(at, size_t{1});
      if (starts_no_case(text.substr(at), escaped)) return std::pair(at, escaped.size());
    }
    return std::pair(text.size(), size_t{0});
  };
  for (bool first = true; !value.empty(); first = false) {
    const auto [end, separator] = find(view(value), ';', "%3b");
    const Text one = value.subspan(0, end);
    const auto [equal, width] = find(view(one), '=', "%3d");
    const size_t begin = first ? 0 : equal;
    replacer_.text(one.subspan(0, begin), Keep::grammar);
    replacer_.text(one.subspan(first ? 0 : begin + width), Keep::nothing);
    value = value.subspan(end + separator);
  }
}

// Lists of "Name" <uri>;params or uri;params (RFC 3261 20.10).
void SipText::addresses(Text value) {
  for_each_part(value, ",", [&](Text one) {
    const std::string_view all = view(one);
    size_t open = find_outside(all, 0, "<");
    const size_t close = all.find('>', std::min(open, all.size()));
    if (open < all.size()) {
      const size_t end = std::min(close, all.size());
      replacer_.text(one.subspan(0, open), Keep::nothing);
      uri(one.subspan(open + 1, end - open - 1));
      return params(one.subspan(std::min(end + 1, all.size())), ';');
    }
    const size_t end = std::min(all.find(';'), all.size());
    uri(one.subspan(0, end));
    params(one.subspan(end), ';');
  });
}

void SipText::via(Text value) {
  for_each_part(value, ",", [&](Text one) {
    const std::string_view all = view(one);
    const size_t end = std::min(all.find(';'), all.size());
    const size_t slash = all.substr(0, end).rfind('/');
    size_t host = slash == std::string_view::npos ? 0 : slash + 1;
    while (host < end && is_space(all[host])) host++;
    while (host < end && !is_space(all[host])) host++;  // behind the transport
    if (slash != std::string_view::npos)
      replacer_.text(one.subspan(0, host), Keep::grammar_and_numbers);
    if (slash == std::string_view::npos) host = 0;
    user_and_host(one.subspan(host, end - host));
    params(one.subspan(end), ';');
  });
}

void SipText::credentials(Text value) {
  const std::string_view all = view(value);
  size_t at = 0;
  while (at < all.size() && is_space(all[at])) at++;
  while (at < all.size() && !is_space(all[at])) at++;
  const bool scheme = all.substr(0, at).find('=') == std::string_view::npos;
  if (scheme) replacer_.text(value.subspan(0, at), Keep::grammar);
  params(value.subspan(scheme ? at : 0), ',');
}

void SipText::uri(Text text) {
  const std::string_view all = view(text);
  size_t begin = 0;
  while (begin < all.size() && is_space(all[begin])) begin++;
  const size_t colon = all.find(':', begin);
  const bool scheme =
      colon != std::string_view::npos && is_scheme(trim(all.substr(begin, colon - begin)));
  const std::string name = scheme ? lower_case(trim(all.substr(begin, colon - begin))) : "";
  const Text rest = scheme ? text.subspan(colon + 1) : text;
  if (name == "urn") return replacer_.text(rest, Keep::grammar);
  if (name != "sip" && name != "sips" && name != "tel" && scheme)
    return replacer_.text(rest, Keep::nothing);
  const std::string_view what = view(rest);
  const size_t question = std::min(what.find('?'), what.size());
  const size_t sign = what.substr(0, question).rfind('@');
  const size_t host = sign == std::string_view::npos ? 0 : sign + 1;
  if (host > 0) user(rest.subspan(0, sign));
  const size_t semicolon = std::min(what.find(';', host), question);
  if (name == "tel") {
    user(rest.subspan(0, semicolon));
  } else {
    user_and_host(rest.subspan(host, semicolon - host));
  }
  params(rest.subspan(semicolon, question - semicolon), ';');
  if (question < what.size())
    for_each_part(rest.subspan(question + 1), "&", [&](Text one) {
      const size_t equal = std::min(view(one).find('='), one.size());
      const std::string header_name = lower_case(unescape(view(one).substr(0, equal)));
      if (!names_a_header(header_name) && header_name != "body")
        replacer_.text(one.subspan(0, equal), Keep::grammar);
      // Replaces in the headers of a URI names Call-ID and tags, with %XX escapes.
      const bool tags = header_name == "replaces" || header_name == "join";
      if (tags && equal < one.size()) return dialog(one.subspan(equal + 1));
      replacer_.text(one.subspan(equal), Keep::nothing);
    });
}

// Replaces user and host. The port stays: the packets show it anyway.
void SipText::user_and_host(Text text) {
  const std::string_view all = view(text);
  size_t end = all.size();
  while (end > 0 && is_space(all[end - 1])) end--;
  size_t digits = end;
  while (digits > 0 && is_digit(all[digits - 1])) digits--;
  size_t colon = digits;
  while (colon > 0 && is_space(all[colon - 1])) colon--;
  const bool one_colon =
      all.find(':') == colon - 1 ||
      (colon > 1 && all.substr(0, colon - 1).find(']') != std::string_view::npos);
  const bool port = colon > 0 && all[colon - 1] == ':' && digits < end && one_colon;
  const Text host = text.subspan(0, port ? colon - 1 : end);
  const std::string_view name = trim(view(host));
  const size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  const size_t kept = is_common_user(last) ? last.size() : 0;
  replacer_.text(host.subspan(0, host.size() - std::min(kept, host.size())), Keep::nothing);
}

void SipText::user(Text text) {
  if (is_common_user(view(text))) return;
  replacer_.user(text);
}

void SipText::params(Text text, char separator) {
  for_each_part(text, std::string_view(&separator, 1),
                [&](Text one) { param(one, Keep::nothing); });
}

// `other`: what stays of the values of parameters that are not known.
void SipText::param(Text text, Keep other) {
  const std::string_view all = view(text);
  const size_t equal = std::min(all.find('='), all.size());
  const std::string name = lower_case(trim(all.substr(0, equal)));
  if (!is_number_param(name) && !is_grammar_param(name))
    replacer_.text(text.subspan(0, equal), Keep::grammar);
  if (equal == all.size()) return;
  const Text value = text.subspan(equal + 1);
  if (name == "uri") {
    const bool quoted =
        !value.empty() && value.front() == '"' && value.back() == '"' && value.size() > 1;
    return uri(quoted ? value.subspan(1, value.size() - 2) : value);
  }
  if (is_number_param(name)) return replacer_.text(value, Keep::grammar_and_numbers);
  // Call-ID and tags become what they become in their own headers.
  if (name == "call-id" || name.ends_with("tag")) return replacer_.text(value, Keep::nothing);
  if (name == "boundary") return replacer_.text(value, Keep::nothing);  // as multipart() does it
  if (name == "text" || name == "reason") return replacer_.text(value, Keep::grammar);
  const bool quoted = view(value).find('"') != std::string_view::npos;
  if (is_grammar_param(name))
    return replacer_.text(value, quoted ? Keep::grammar : Keep::grammar_and_other_numbers);
  const bool urn = view(value).find("urn:") != std::string_view::npos;
  replacer_.text(value, urn || (quoted && other != Keep::nothing) ? Keep::grammar : other);
}

void SipText::body(Text text, const Body& about, int depth) {
  constexpr int kMaxDepth = 4;
  if (text.empty()) return;
  const std::string type = about.type;
  const bool plain = about.encoding.empty() || about.encoding == "7bit" ||
                     about.encoding == "8bit" || about.encoding == "binary";
  if (plain && type.starts_with("multipart/") && depth < kMaxDepth && !about.boundary.empty())
    return multipart(text, about.boundary, depth);
  if (plain && (type == "application/sdp" || (type.empty() && view(text).starts_with("v=0"))))
    return sdp_.body(text);
  if (plain && (type == "message/sipfrag" || type == "message/sip" || type == "message/cpim")) {
    Body inner;
    const size_t begin = headers(text, &inner);
    if (begin < text.size()) body(text.subspan(begin), inner, depth + 1);
    return;
  }
  if (plain && type.starts_with("application/dtmf")) return dtmf(text);
  blanked_ += replacer_.is_learning() ? 0U : 1U;
  replacer_.blank(text);
}

void SipText::multipart(Text text, const std::string& boundary, int depth) {
  // The boundary in the header is replaced word by word too, so that both stay the same.
  const std::string mark = "--" + boundary;
  std::vector<size_t> marks;
  for (size_t at = view(text).find(mark); at != std::string_view::npos;
       at = view(text).find(mark, at + mark.size()))
    marks.push_back(at);
  if (marks.empty()) return replacer_.blank(text);
  replacer_.blank(text.subspan(0, marks.front()));
  for (size_t i = 0; i < marks.size(); i++) {
    const size_t end = i + 1 < marks.size() ? marks[i + 1] : text.size();
    const size_t line = std::min(view(text).find('\n', marks[i]), end);
    replacer_.text(text.subspan(marks[i], mark.size()), Keep::nothing);
    if (line >= end) continue;
    const Text part = text.subspan(line, end - line);  // begins with the line end of the boundary
    Body about;
    const size_t begin = headers(part, &about);
    body(part.subspan(begin), about, depth + 1);
  }
}

// "Signal=5", "Duration=160", or the digit alone.
void SipText::dtmf(Text text) {
  for_each_line(text, [&](Text line) {
    const size_t equal = view(line).find('=');
    const bool named = equal != std::string_view::npos;
    if (named && !starts_no_case(view(line), "signal")) {
      if (!starts_no_case(view(line), "duration")) replacer_.blank(line.subspan(equal + 1));
      return;
    }
    if (replacer_.is_learning()) return;
    for (char& c : line.subspan(named ? equal + 1 : 0)) c = replacer_.dtmf(c);
  });
}

}  // namespace sipladder
