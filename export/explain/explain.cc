#include "export/explain/explain.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "correlate/analysis/analysis.h"
#include "correlate/model/reason_text.h"
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

struct FindingRow {
  std::string_view code, rule, detail, causes, remedy, disproof;
};
constexpr FindingRow kFindings[] = {
#define EXPLAIN(code, rule, detail, causes, remedy, disproof) \
  {code, rule, detail, causes, remedy, disproof},
#include "export/explain/findings.def"
#undef EXPLAIN
};

struct StatusRow {
  int status;
  std::string_view phrase, rule, detail, causes, remedy;
};
constexpr StatusRow kStatuses[] = {
#define EXPLAIN(status, phrase, rule, detail, causes, remedy) \
  {status, phrase, rule, detail, causes, remedy},
#include "export/explain/statuses.def"
#undef EXPLAIN
};

struct HeaderRow {
  HeaderId id;
  std::string_view detail, causes, remedy;
};
constexpr HeaderRow kHeaders[] = {
#define EXPLAIN(id, detail, causes, remedy) {HeaderId::id, detail, causes, remedy},
#include "export/explain/headers.def"
#undef EXPLAIN
};

struct CauseRow {
  int number;
  std::string_view sip, causes, remedy;
};
constexpr CauseRow kCauses[] = {
#define EXPLAIN(number, sip, causes, remedy) {number, sip, causes, remedy},
#include "export/explain/causes.def"
#undef EXPLAIN
};

struct TimerRow {
  std::string_view name, rule, title, detail, causes, remedy;
};
constexpr TimerRow kTimers[] = {
#define EXPLAIN(name, rule, title, detail, causes, remedy) \
  {name, rule, title, detail, causes, remedy},
#include "export/explain/timers.def"
#undef EXPLAIN
};

// "error: the port is closed": severity and sentence as `findings --list` prints them.
std::string catalogue_title(std::string_view code) {
  for (const Detector* detector : detectors()) {
    if (detector->code == code)
      return std::string(to_string(detector->severity)) + ": " + std::string(detector->sentence);
  }
  return {};
}

std::vector<Explanation> all_explanations() {
  std::vector<Explanation> all;
  for (const FindingRow& row : kFindings) {
    all.push_back({WordKind::finding, std::string(row.code), catalogue_title(row.code),
                   std::string(row.rule), row.detail, row.causes, row.remedy, row.disproof});
  }
  for (const StatusRow& row : kStatuses) {
    all.push_back({WordKind::status,
                   std::to_string(row.status),
                   std::string(row.phrase),
                   std::string(row.rule),
                   row.detail,
                   row.causes,
                   row.remedy,
                   {}});
  }
  for (const HeaderRow& row : kHeaders) {
    const HeaderInfo& info = header_info(row.id);
    const std::string compact =
        info.compact.empty() ? std::string() : ", short " + std::string(info.compact);
    all.push_back({WordKind::header,
                   std::string(info.name),
                   "header" + compact,
                   std::string(info.rfc),
                   row.detail,
                   row.causes,
                   row.remedy,
                   {}});
  }
  for (const CauseRow& row : kCauses) {
    all.push_back({WordKind::cause,
                   "Q.850:" + std::to_string(row.number),
                   std::string(q850_meaning(row.number)),
                   "ITU-T Q.850, RFC 3398 7.2.4.1",
                   row.sip,
                   row.causes,
                   row.remedy,
                   {}});
  }
  for (const TimerRow& row : kTimers) {
    all.push_back({WordKind::timer,
                   "timer " + std::string(row.name),
                   std::string(row.title),
                   std::string(row.rule),
                   row.detail,
                   row.causes,
                   row.remedy,
                   {}});
  }
  return all;
}

const Explanation* find_word(WordKind kind, std::string_view word) {
  const auto& all = explanations();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Explanation& one) {
    return one.kind == kind && equal_no_case(one.word, word);
  });
  return found == all.end() ? nullptr : &*found;
}

// "Q.850:16", "q850 16", "Q.850;cause=16"
const Explanation* find_cause(std::string_view word) {
  for (const std::string_view prefix : {"Q.850", "Q850"}) {
    if (word.size() <= prefix.size() || !equal_no_case(word.substr(0, prefix.size()), prefix))
      continue;
    const size_t digit = word.find_first_of("0123456789", prefix.size());
    const size_t between = digit == std::string_view::npos ? 0 : digit - prefix.size();
    constexpr size_t kMost = std::string_view("; cause=").size();
    if (digit == std::string_view::npos || between > kMost) return nullptr;
    return find_word(WordKind::cause, "Q.850:" + std::string(word.substr(digit)));
  }
  return nullptr;
}

const Explanation* find_timer(std::string_view word) {
  constexpr std::string_view kTimer = "timer";
  if (word.size() < kTimer.size() + 1 || !equal_no_case(word.substr(0, kTimer.size()), kTimer))
    return nullptr;
  word.remove_prefix(kTimer.size());
  while (!word.empty() && (word.front() == ' ' || word.front() == '-' || word.front() == '_'))
    word.remove_prefix(1);
  return find_word(WordKind::timer, "timer " + std::string(word));
}

}  // namespace

std::string_view to_string(WordKind kind) {
  constexpr std::string_view kNames[] = {"finding", "status", "header", "cause", "timer"};
  return kNames[static_cast<size_t>(kind)];
}

const std::vector<Explanation>& explanations() {
  static const std::vector<Explanation> kAll = all_explanations();
  return kAll;
}

const Explanation* find_explanation(std::string_view word) {
  word = trim(word);
  if (const Explanation* const finding = find_word(WordKind::finding, word)) return finding;
  if (const Explanation* const timer = find_timer(word)) return timer;
  if (const Explanation* const cause = find_cause(word)) return cause;
  if (word.starts_with("SIP/2.0 ")) word.remove_prefix(8);
  const size_t space = std::min(word.find(' '), word.size());
  const Explanation* const status = find_word(WordKind::status, word.substr(0, space));
  if (status != nullptr) return status;
  if (word.ends_with(':')) word.remove_suffix(1);
  const HeaderId id = header_id(word);
  if (id != HeaderId::other) return find_word(WordKind::header, header_info(id).name);
  // T1, T2 and T4 need no word before them.
  return word.size() == 2 ? find_word(WordKind::timer, "timer " + std::string(word)) : nullptr;
}

}  // namespace sipladder
