#include "main/baseline.h"

#include <algorithm>
#include <sstream>

#include "correlate/model/call_label.h"
#include "decode/endpoint_text.h"
#include "decode/text.h"
#include "main/option_values.h"
#include "main/severity_option.h"
#include "query/escape.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

constexpr std::string_view kPunctuation = "(),;:.'\"<>";

std::string field_text(std::string_view text) {
  return terminal_text(trim(text));
}

// The address or user@host of a word in a summary; empty for other words. Ports are left out,
// because they differ from run to run.
std::string named_by(std::string_view word) {
  if (word.ends_with("'s")) word.remove_suffix(2);
  const auto is_mark = [](char c) { return kPunctuation.find(c) != std::string_view::npos; };
  if (const auto end = parse_endpoint(word)) return to_string(end->ip);
  while (!word.empty() && is_mark(word.front())) word.remove_prefix(1);
  while (!word.empty() && is_mark(word.back())) word.remove_suffix(1);
  if (word.find('@') != std::string_view::npos) return std::string(word);
  const auto end = parse_endpoint(word);
  return end ? to_string(end->ip) : std::string();
}

std::string names_in_summary(const std::string& summary) {
  std::vector<std::string> names;
  std::istringstream words(summary);
  for (std::string word; words >> word;) {
    const std::string name = named_by(word);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
    constexpr size_t kMost = 8;
    if (names.size() == kMost) break;
  }
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : " ").append(name);
  return all;
}

// The key of an identity of which only the fields in `mask` count.
std::string key_of(const FindingIdentity& one, unsigned mask) {
  std::string key = one.code;
  const std::string* const fields[] = {&one.call_id, &one.caller, &one.callee, &one.about};
  for (unsigned i = 0; i < std::size(fields); i++)
    key.append("\n").append((mask >> i & 1) != 0 ? *fields[i] : "");
  return key;
}
constexpr unsigned kAllFields = 15;

}  // namespace

FindingIdentity identity_of(const Finding& finding, const Model& model, MessageView& view,
                            bool own_words) {
  FindingIdentity one{std::string(finding.code), {}, {}, {}, {}};
  if (finding.call && model.calls.holds(finding.call)) {
    const CallNames names = names_of(model, finding.call, view);
    one.call_id = field_text(names.call_id);
    one.caller = field_text(names.caller);
    one.callee = field_text(names.callee);
  } else {
    one.about = field_text(own_words ? finding.summary : names_in_summary(finding.summary));
  }
  return one;
}

std::string identity_key(const FindingIdentity& one) {
  return key_of(one, kAllFields);
}

std::string Baseline::take(const std::string& name, const std::string& value, size_t line) {
  if (name == "code") {
    entries_.push_back({{value, {}, {}, {}, {}}, {}, {}, {}, {}, 0, line});
    return value.empty() ? "code: names no finding" : "";
  }
  if (entries_.empty()) return "an entry begins with code:";
  BaselineEntry& entry = entries_.back();
  std::string* const text = name == "call-id"   ? &entry.about.call_id
                            : name == "caller"  ? &entry.about.caller
                            : name == "callee"  ? &entry.about.callee
                            : name == "about"   ? &entry.about.about
                            : name == "summary" ? &entry.summary
                            : name == "reason"  ? &entry.reason
                            : name == "expires" ? &entry.expires
                                                : nullptr;
  if (text != nullptr) *text = value;
  if (name == "severity") {
    entry.severity = parse_severity(value);
    return entry.severity || value.empty()
               ? ""
               : not_one_of("severity:", value, {"error", "warning", "info"});
  }
  if (name == "expires" && !value.empty()) {
    const auto time = parse_time(value);
    if (!time) return "expires: " + value + ": no time; " + std::string(kTimeForms);
    entry.expires_ns = *time;
  }
  if (text != nullptr) return {};
  return name +
         ": write code, severity, call-id, caller, callee, about, summary, reason or expires";
}

std::string Baseline::parse(const std::string& path, const std::string& text) {
  std::istringstream lines(text);
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    number++;
    const std::string_view rest = trim(line);
    if (rest.empty() || rest.front() == '#') continue;
    const size_t colon = rest.find(':');
    const std::string name(rest.substr(0, colon));
    const std::string value(colon == std::string_view::npos ? "" : trim(rest.substr(colon + 1)));
    const std::string wrong = colon == std::string_view::npos
                                  ? "no \"name: value\": is this a baseline?"
                                  : take(name, value, number);
    if (!wrong.empty()) return path + ": line " + std::to_string(number) + ": " + wrong;
  }
  index();
  return {};
}

void Baseline::index() {
  for (size_t i = 0; i < entries_.size(); i++) {
    places_[identity_key(entries_[i].about)].push_back(i);
    codes_.insert(entries_[i].about.code);
  }
}

std::vector<size_t> Baseline::naming(const FindingIdentity& finding, int64_t now_ns) const {
  std::vector<size_t> named;
  if (entries_.empty()) return named;
  std::vector<std::string> asked;
  for (unsigned mask = 0; mask <= kAllFields; mask++) {
    std::string key = key_of(finding, mask);
    if (std::find(asked.begin(), asked.end(), key) != asked.end()) continue;
    const auto found = places_.find(key);
    if (found != places_.end())
      named.insert(named.end(), found->second.begin(), found->second.end());
    asked.push_back(std::move(key));
  }
  std::stable_sort(named.begin(), named.end(), [&](size_t a, size_t b) {
    return !is_expired(entries_[a], now_ns) && is_expired(entries_[b], now_ns);
  });
  return named;
}

bool Baseline::accepts(const Finding& finding, const Model& model, MessageView& view,
                       int64_t now_ns) const {
  // The identity of a finding is read from a message: most codes need none.
  if (!codes_.contains(std::string(finding.code)) && !codes_.contains(std::string())) return false;
  const std::vector<size_t> named = naming(identity_of(finding, model, view, false), now_ns);
  return std::any_of(named.begin(), named.end(), [&](size_t place) {
    const BaselineEntry& entry = entries_[place];
    return !is_expired(entry, now_ns) && (!entry.severity || finding.severity <= *entry.severity);
  });
}

std::string baseline_text(const std::vector<BaselineEntry>& entries) {
  std::string out =
      "# Findings that are accepted: sipladder check --baseline reads this file.\n"
      "# Say in reason: why, and in expires: until when (2027-01-31, UTC); from then on the entry\n"
      "# no longer counts. That is compared with the newest packet of the capture, not with "
      "today.\n"
      "# All of call-id, caller, callee and about that stand here must fit; an empty one is not\n"
      "# looked at. Without its call-id, an entry fits each call between the two. A finding that\n"
      "# is worse than severity is not accepted. The summary is for readers.\n";
  for (const BaselineEntry& entry : entries) {
    const auto line = [&](const char* name, std::string_view value) {
      out.append(name).append(value.empty() ? ":" : ": ").append(value).append("\n");
    };
    out += "\n";
    line("code", entry.about.code);
    if (entry.severity) line("severity", to_string(*entry.severity));
    if (entry.about.about.empty()) {
      line("call-id", entry.about.call_id);
      line("caller", entry.about.caller);
      line("callee", entry.about.callee);
    } else {
      line("about", entry.about.about);
    }
    line("summary", field_text(entry.summary));
    line("reason", entry.reason);
    line("expires", entry.expires);
  }
  return out;
}

}  // namespace sipladder
