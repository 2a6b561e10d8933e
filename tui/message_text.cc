#include "tui/message_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/message_view.h"
#include "decode/text.h"
#include "export/explain/explain.h"
#include "export/time_text.h"
#include "tui/text_pane.h"

namespace sipladder {
namespace {

constexpr std::string_view kGone = "(its call was given up for memory: --memory)";
constexpr std::string_view kUnreadable = "(the bytes of this message can no longer be read)";
constexpr size_t kMaxTreeLines = 5000;

// The colour of a start line: by the class of a response.
Ink start_ink(std::string_view line) {
  if (!line.starts_with("SIP/2.0 ") || line.size() < 9) return Ink::bold;
  const char group = line[8];
  return group == '1'   ? Ink::info
         : group == '2' ? Ink::good
         : group == '3' ? Ink::warning
                        : Ink::error;
}

CellLine header_line(std::string_view line) {
  CellLine cells;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    put_text(&cells, 0, safe_text(line));
    return cells;
  }
  const std::u32string name = safe_text(line.substr(0, colon + 1));
  put_text(&cells, 0, name, Ink::info);
  const std::u32string value = safe_text(line.substr(colon + 1));
  put_text(&cells, text_width(name), value);
  // Branch and tags, which identify transactions and dialogs, are highlighted.
  for (const std::u32string_view word : {U"branch=", U"tag="}) {
    const size_t at = value.find(word);
    if (at == std::u32string::npos) continue;
    const size_t end = std::min(value.find_first_of(U";> ,", at), value.size());
    const std::u32string part = value.substr(at, end - at);
    put_text(&cells, text_width(name) + text_width(std::u32string_view(value).substr(0, at)), part,
             word == U"tag=" ? Ink::warning : Ink::media);
  }
  return cells;
}

CellLine body_line(std::string_view line) {
  CellLine cells;
  const bool sdp = line.size() > 1 && line[1] == '=';
  const bool telling = sdp && (line[0] == 'm' || line[0] == 'c');
  put_text(&cells, 0, safe_text(line), telling ? Ink::good : Ink::plain);
  return cells;
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// Writes each parameter of ";tag=1;branch=2" or "name=value, ..." on a line of its own.
void add_parameters(std::vector<CellLine>* lines, std::string_view value) {
  const size_t bracket = value.rfind('>');
  std::string_view rest = bracket == std::string_view::npos ? value : value.substr(bracket + 1);
  cut(&rest, ';');
  while (!rest.empty() && lines->size() < kMaxTreeLines) {
    const std::string_view parameter = trim(cut(&rest, ';'));
    if (parameter.empty()) continue;
    lines->emplace_back();
    put_text(&lines->back(), 8, safe_text(parameter), Ink::dim);
  }
}

std::string_view meaning_of_sdp(char type) {
  switch (type) {
    case 'o':
      return "who made this description, and its version";
    case 'c':
      return "the address for media";
    case 'm':
      return "a stream: kind, port, profile, formats in order of preference";
    case 't':
      return "when it takes place; 0 0: now, as long as it lasts";
    case 'b':
      return "bandwidth";
    case 's':
      return "its name";
    case 'v':
      return "version of the format";
    default:
      return "";
  }
}

void add_header(std::vector<CellLine>* lines, const HeaderLine& header, int width) {
  const std::string name(header.id == HeaderId::other ? header.name : header_info(header.id).name);
  lines->emplace_back();
  put_text(&lines->back(), 0, safe_text(name + ": "), Ink::info);
  put_text(&lines->back(), static_cast<int>(name.size()) + 2, safe_text(unfold(header.value)));
  const Explanation* const known = find_explanation(name);
  if (known != nullptr && known->kind == WordKind::header)
    add_wrapped(lines, fmt::format("{} ({})", known->detail, known->rule), width, 4, Ink::dim);
  add_parameters(lines, header.value);
}

void add_body(std::vector<CellLine>* lines, std::string_view body) {
  if (body.empty()) return;
  lines->emplace_back();
  while (!body.empty() && lines->size() < kMaxTreeLines) {
    const std::string_view line = trim(cut(&body, '\n'));
    lines->push_back(body_line(line));
    const std::string_view meaning =
        line.size() > 1 && line[1] == '=' ? meaning_of_sdp(line[0]) : "";
    if (meaning.empty()) continue;
    lines->emplace_back();
    put_text(&lines->back(), 4, safe_text(meaning), Ink::dim);
  }
}

}  // namespace

std::string message_bytes(const Shared& shared, MessageId id) {
  if (!shared.model.messages.holds(id)) return std::string(kGone);
  std::string bytes;
  const bool readable = shared.log.read(shared.model.messages[id].ref(), &bytes);
  if (!readable) return std::string(kUnreadable);
  return safe_utf8(shared.ui->mask.message(std::move(bytes)), true);
}

std::string message_title(const Shared& shared, MessageId id) {
  if (!shared.model.messages.holds(id)) return {};
  const MessageRecord& record = shared.model.messages[id];
  const auto end = [&](EndpointId id) {
    return shared.ui->mask.name(to_string(shared.model.endpoints[id]));
  };
  return fmt::format(
      "frame {}  {}  {} > {}  {}  {} bytes", record.frame,
      shared.model.has_times(record.source) ? clock_text(record.time_ns, shared.utc()) : "",
      end(record.src), end(record.dst), to_string(record.transport), record.length);
}

std::vector<std::string> plain_lines(const Shared& shared, MessageId id) {
  return split_lines(message_bytes(shared, id));
}

std::vector<CellLine> message_lines(const Shared& shared, MessageId id) {
  std::vector<CellLine> lines;
  bool in_body = false;
  for (const std::string& line : plain_lines(shared, id)) {
    if (!shared.ui->syntax) {
      lines.emplace_back();
      put_text(&lines.back(), 0, safe_text(line));
    } else if (lines.empty()) {
      lines.emplace_back();
      put_text(&lines.back(), 0, safe_text(line), start_ink(line));
    } else {
      in_body |= line.empty();
      lines.push_back(in_body ? body_line(line) : header_line(line));
    }
  }
  return lines;
}

std::vector<CellLine> message_tree(const Shared& shared, MessageId id, int width) {
  std::vector<CellLine> lines;
  MessageView view(shared.log);
  if (!shared.model.messages.holds(id) || !view.load(shared.model.messages[id])) {
    add_lines(&lines, message_bytes(shared, id));
    return lines;
  }
  const std::string masked = shared.ui->mask.message(std::string(view.bytes()));
  SipIndex of_masked;
  if (shared.ui->mask.is_on()) index_sip(masked, &of_masked);
  const SipIndex& sip = shared.ui->mask.is_on() ? of_masked : view.sip();
  lines.emplace_back();
  put_text(&lines.back(), 0, safe_text(sip.start_line), start_ink(sip.start_line));
  const std::string word = sip.is_request ? std::string() : std::to_string(sip.status);
  if (const Explanation* const known = word.empty() ? nullptr : find_explanation(word))
    add_wrapped(&lines, known->title + " (" + known->rule + ")", width, 4, Ink::dim);
  if (sip.malformed != nullptr) add_wrapped(&lines, sip.malformed, width, 4, Ink::error);
  for (const HeaderLine& header : sip.headers) {
    if (lines.size() >= kMaxTreeLines) break;
    add_header(&lines, header, width);
  }
  add_body(&lines, sip.body);
  return lines;
}

}  // namespace sipladder
