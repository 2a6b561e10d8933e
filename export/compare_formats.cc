#include "export/compare_formats.h"

#include <fmt/format.h>

#include "correlate/model/names.h"
#include "query/escape.h"

namespace sipladder {
namespace {

std::string offset_text(const Comparison& comparison) {
  std::string text = fmt::format("clock of B {:+.3f} ms", comparison.clock_offset_ms);
  return text + (comparison.clock_error_ms < 0
                     ? " (one direction only: its delay is in it)"
                     : fmt::format(", at most {:.3f} ms wrong", comparison.clock_error_ms));
}

void add_changes(const char* verb, const std::vector<HeaderChange>& changes, std::string* out) {
  for (const HeaderChange& change : changes) {
    const std::string from = terminal_text(change.from), to = terminal_text(change.to);
    const std::string what = from.empty() ? to : to.empty() ? from : from + " -> " + to;
    *out += fmt::format("    {} {}: {}\n", verb, terminal_text(change.name), what);
  }
}

// "name": [{"name": ..., "from": ..., "to": ...}]
void add_changes(const char* name, const std::vector<HeaderChange>& changes, std::string* out,
                 int) {
  *out += fmt::format(",\"{}\":[", name);
  for (const HeaderChange& change : changes) {
    *out += &change == changes.data() ? "{" : ",{";
    *out += "\"name\":" + json_text(change.name) +
            ",\"from\":" + (change.from.empty() ? "null" : json_text(change.from)) +
            ",\"to\":" + (change.to.empty() ? "null" : json_text(change.to)) + "}";
  }
  *out += "]";
}

std::string call_json(const ComparedCall& call) {
  return fmt::format("{{\"a\":{},\"b\":{},\"call_id_a\":{},\"call_id_b\":{}}}", call.a.value,
                     call.b.value, json_text(call.call_id_a), json_text(call.call_id_b));
}

std::string message_json(const ComparedMessage& message, const ComparedPoint& a,
                         const ComparedPoint& b) {
  std::string out = fmt::format(
      "{{\"message\":{},\"a\":{},\"b\":{},\"frame_a\":{},\"frame_b\":{},\"call_a\":{},\"call_b\":{}"
      ","
      "\"toward\":\"{}\",\"delay_ms\":{:.3f}",
      json_text(message.what), message.a.value, message.b.value, a.model.messages[message.a].frame,
      b.model.messages[message.b].frame, a.model.messages[message.a].call.value,
      b.model.messages[message.b].call.value, message.toward_b ? "B" : "A", message.delay_ms);
  add_changes("changed", message.changed, &out, 0);
  add_changes("added", message.added, &out, 0);
  add_changes("removed", message.removed, &out, 0);
  add_changes("sdp", message.sdp, &out, 0);
  return out + "}";
}

std::string lost_json(const LostMessage& lost, const ComparedPoint& a, const ComparedPoint& b) {
  const MessageRecord& message = (lost.seen_at_a ? a : b).model.messages[lost.message];
  return fmt::format("{{\"message\":{},\"seen_at\":\"{}\",\"frame\":{},\"call\":{}}}",
                     json_text(lost.what), lost.seen_at_a ? "A" : "B", message.frame,
                     message.call.value);
}

std::string stream_json(const ComparedStream& stream) {
  return fmt::format(
      "{{\"ssrc\":{},\"packets_a\":{},\"packets_b\":{},\"toward\":\"{}\",\"delay_ms\":{:.3f},"
      "\"lost\":{}}}",
      stream.ssrc, stream.packets_a, stream.packets_b, stream.toward_b ? "B" : "A", stream.delay_ms,
      stream.lost);
}

template <typename Items, typename Write>
std::string array(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items) out += (&item == items.data() ? "\n  " : ",\n  ") + write(item);
  return out + "]";
}

}  // namespace

std::string compare_json(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b) {
  std::string out = fmt::format(
      "{{\"matched\":{},\"clock_offset_ms\":{:.3f},\"clock_error_ms\":{},", comparison.calls.size(),
      comparison.clock_offset_ms,
      comparison.clock_error_ms < 0 ? "null" : fmt::format("{:.3f}", comparison.clock_error_ms));
  JsonArray rewrites;
  for (const std::string& name : comparison.rewrites) rewrites.add(name);
  out += "\"box\":" + json_text(comparison.box) + ",\"rewrites\":" + rewrites.text();
  out += ",\n\"calls\":" + array(comparison.calls, call_json);
  out += ",\n\"messages\":" + array(comparison.messages, [&](const ComparedMessage& message) {
           return message_json(message, a, b);
         });
  out += ",\n\"lost\":" +
         array(comparison.lost, [&](const LostMessage& lost) { return lost_json(lost, a, b); });
  out += ",\n\"streams\":" + array(comparison.streams, stream_json);
  return out + fmt::format(",\n\"rtp_lost\":{}}}\n", comparison.rtp_lost);
}

std::string compare_text(const Comparison& comparison, const ComparedPoint& a,
                         const ComparedPoint& b, const std::string& name_a,
                         const std::string& name_b) {
  std::string out = "A: " + terminal_text(name_a) + "\nB: " + terminal_text(name_b) + "\n";
  out += fmt::format("{} matched, {} in both; {}\n", counted(comparison.calls.size(), "call"),
                     counted(comparison.messages.size(), "message"), offset_text(comparison));
  out += "between them: " + comparison.box + "\n";
  for (const ComparedMessage& message : comparison.messages) {
    out += fmt::format("\n  {} {} A frame {}, B frame {}: {:.3f} ms\n", terminal_text(message.what),
                       message.toward_b ? "->" : "<-", a.model.messages[message.a].frame,
                       b.model.messages[message.b].frame, message.delay_ms);
    add_changes("changed", message.changed, &out);
    add_changes("added", message.added, &out);
    add_changes("removed", message.removed, &out);
    add_changes("SDP", message.sdp, &out);
  }
  if (!comparison.lost.empty()) out += "\nnot at the other point:\n";
  for (const LostMessage& lost : comparison.lost)
    out += fmt::format("  {}, seen at {}, frame {}\n", terminal_text(lost.what),
                       lost.seen_at_a ? "A" : "B",
                       (lost.seen_at_a ? a : b).model.messages[lost.message].frame);
  if (!comparison.streams.empty())
    out += fmt::format("\nRTP: {} lost between them\n", counted(comparison.rtp_lost, "packet"));
  for (const ComparedStream& stream : comparison.streams)
    out += fmt::format("  SSRC {:#010x} toward {}: {} at A, {} at B, {:.3f} ms\n", stream.ssrc,
                       stream.toward_b ? "B" : "A", stream.packets_a, stream.packets_b,
                       stream.delay_ms);
  return out;
}

std::string compare_html(const std::string& text, const std::string& name_a,
                         const std::string& name_b) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
         xml_text(name_a + " and " + name_b) +
         "</title>\n<style>:root{color-scheme:light dark}body{margin:2rem;font:15px "
         "sans-serif}pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head>\n<body>"
         "<h1>Two points of the same calls</h1>\n<pre>" +
         xml_text(text) + "</pre></body></html>\n";
}

}  // namespace sipladder
