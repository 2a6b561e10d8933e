#include "export/finding_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "correlate/model/message_view.h"
#include "correlate/model/names.h"
#include "export/ladder_text.h"
#include "export/text_block.h"

namespace sipladder {
namespace {

constexpr int kIndent = 2;

// ", frames 6, 14"
std::string frames_text(const std::vector<uint32_t>& frames) {
  if (frames.empty()) return {};
  std::string text = frames.size() == 1 ? ", frame " : ", frames ";
  for (size_t i = 0; i < frames.size(); i++)
    text += (i == 0 ? "" : ", ") + std::to_string(frames[i]);
  return text;
}

// Each different text of a group once.
template <typename Text>
std::vector<std::string_view> different(const std::vector<const Finding*>& group, Text text) {
  std::vector<std::string_view> texts;
  for (const Finding* finding : group) {
    const std::string_view one = text(*finding);
    if (std::find(texts.begin(), texts.end(), one) == texts.end()) texts.push_back(one);
  }
  return texts;
}

}  // namespace

std::string call_text(const Model& model, MessageView& view, CallId id) {
  if (!model.calls.holds(id)) return fmt::format("call {}", id.value);
  const CallNames names = names_of(model, id, view);
  const auto name = [](std::string_view text) { return text.empty() ? "unnamed" : text; };
  if (names.caller.empty() && names.callee.empty()) return fmt::format("call {}", id.value);
  return fmt::format("call {}: {} → {}", id.value, name(names.caller), name(names.callee));
}

std::vector<std::vector<const Finding*>> group_findings(const std::vector<const Finding*>& findings,
                                                        Analyst& analyst) {
  analyst.legs().update();
  std::vector<std::vector<const Finding*>> groups;
  std::map<std::pair<uint32_t, std::string_view>, size_t> places;
  for (const Finding* finding : findings) {
    size_t place = groups.size();
    if (finding->call) {
      const CallId session = analyst.legs().session_of(finding->call);
      const auto found = places.try_emplace({session.value, finding->code}, place).first;
      const bool same_call =
          found->second < place && groups[found->second].front()->call == finding->call;
      if (!same_call) place = found->second;
    }
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(finding);
  }
  return groups;
}

std::string finding_head(const Model& model, MessageView& view, const Finding& finding) {
  std::string head = fmt::format("{} {}", to_string(finding.severity), finding.code);
  if (finding.call) head += ", " + call_text(model, view, finding.call);
  return head + frames_text(finding.evidence);
}

std::string finding_text(const Model& model, const PacketLog& log,
                         const std::vector<const Finding*>& group,
                         const FindingTextOptions& options) {
  const Finding& first = *group.front();
  MessageView view(log);
  TextBlock block({options.width, options.color});
  block.add(0, "", finding_head(model, view, first), severity_ink(first.severity));
  block.add(kIndent, "", first.summary, Ink::bold);
  for (size_t i = 1; i < group.size(); i++) {
    const Finding& other = *group[i];
    block.add(kIndent, "",
              fmt::format("The same in {}{}: {}", call_text(model, view, other.call),
                          frames_text(other.evidence), std::string_view(other.summary)),
              Ink::plain);
  }
  const auto add_all = [&](std::string_view label, auto text) {
    for (const std::string_view one : different(group, text))
      block.add(kIndent, label, one, Ink::plain);
  };
  add_all("why", [](const Finding& f) -> std::string_view { return f.explanation; });
  add_all("do", [](const Finding& f) -> std::string_view { return f.remedy; });
  std::string rule(std::string_view(first.rfc));
  if (first.confidence != Confidence::certain)
    rule += fmt::format("{}{}", rule.empty() ? "" : "; ", to_string(first.confidence));
  block.add(kIndent, "rule", rule, Ink::dim);
  return block.take();
}

}  // namespace sipladder
