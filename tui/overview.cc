#include "tui/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "correlate/model/names.h"

namespace sipladder {
namespace {

constexpr uint8_t bit_of(Group group) {
  return static_cast<uint8_t>(1U << static_cast<unsigned>(group));
}

bool is_failed(const CallRecord& call) {
  return call.state == CallState::failed || call.state == CallState::timeout ||
         call.state == CallState::rejected;
}

// The finding that a row names: the one that explains the audio, else the first of the worst ones.
const Finding* telling_one(const std::vector<const Finding*>& findings, std::string_view cause) {
  const Finding* worst = nullptr;
  for (const Finding* finding : findings) {
    if (!cause.empty() && finding->code == cause) return finding;
    if (worst == nullptr || finding->severity > worst->severity) worst = finding;
  }
  return worst;
}

CallFacts facts_of(const Model& model, Analyst& analyst, CallId id) {
  CallFacts facts;
  const CallAnalysis& analysis = analyst.of(id);
  const Audio audio = analysis.audio;
  const std::string_view cause = analysis.audio_cause;
  if (audio == Audio::one_way || audio == Audio::partial) facts.groups |= bit_of(Group::one_way);
  const bool silent = audio == Audio::none || audio == Audio::silent;
  if (silent) facts.groups |= bit_of(Group::silent);
  if (is_failed(model.calls[id])) facts.groups |= bit_of(Group::failed);
  const std::vector<const Finding*> findings = analyst.of_call(id);
  for (const Finding* finding : findings) {
    const bool shown = finding->severity != Severity::info;
    if (shown && finding->code.starts_with("nat-")) facts.groups |= bit_of(Group::nat);
    if (shown && finding->code.starts_with("cap-")) facts.groups |= bit_of(Group::capture);
  }
  if (cause == "audio-private-address" || cause == "audio-not-latched")
    facts.groups |= bit_of(Group::nat);
  const Finding* const telling = telling_one(findings, cause);
  if (telling == nullptr) return facts;
  facts.cause = telling->code;
  facts.rank = static_cast<uint8_t>(static_cast<int>(telling->severity) + 1);
  for (const Finding* finding : findings)
    facts.rank =
        std::max(facts.rank, static_cast<uint8_t>(static_cast<int>(finding->severity) + 1));
  if (facts.rank == 3 && (silent || audio == Audio::one_way)) facts.rank = 4;
  return facts;
}

}  // namespace

bool Overview::begin(const Model& model) {
  const bool changed = packets_ != model.accounting.packets || finished_ != model.finished;
  if (known_ && !changed) return false;
  if (Clock::now() < again_ && finished_ == model.finished) return false;
  packets_ = model.accounting.packets;
  finished_ = model.finished;
  began_ = Clock::now();
  growing_.assign(model.calls.size(), CallFacts{});
  counting_ = {};
  next_ = 1;
  return true;
}

void Overview::finish(Analyst& analyst) {
  for (const Finding* finding : analyst.all()) {
    if (!finding->call && finding->severity != Severity::info && finding->code.starts_with("cap-"))
      counting_[static_cast<size_t>(Group::capture)]++;
  }
  std::swap(facts_, growing_);
  counts_ = counting_;
  next_ = 0;
  known_ = true;
  version_++;
  again_ = next_question(began_);
}

bool Overview::update(const Model& model, Analyst& analyst, std::chrono::milliseconds slice) {
  constexpr uint32_t kBetweenLooks = 64;
  if (next_ == 0 && !begin(model)) return false;
  const auto until = Clock::now() + slice;
  for (; next_ <= growing_.size(); next_++) {
    if (next_ % kBetweenLooks == 0 && Clock::now() > until) return false;
    const CallId id{next_};
    if (!model.calls.holds(id)) continue;
    const CallFacts facts = facts_of(model, analyst, id);
    growing_[next_ - 1] = facts;
    if (model.calls[id].kind == CallKind::call) counting_[static_cast<size_t>(Group::all)]++;
    for (size_t group = 1; group < kGroups; group++)
      counting_[group] += facts.is_in(static_cast<Group>(group)) ? 1 : 0;
  }
  finish(analyst);
  return true;
}

const CallFacts& Overview::of(CallId id) const {
  static const CallFacts kNothing;
  return !id || id.value > facts_.size() ? kNothing : facts_[id.value - 1];
}

std::string_view cause_words(std::string_view code) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
#define CAUSE(code, words) {code, words},
#include "tui/cause_words.def"
#undef CAUSE
  };
  for (const auto& [known, words] : kWords) {
    if (known == code) return words;
  }
  return code;
}

std::string cause_of(const CallFacts& facts, const CallRecord& call) {
  if (!facts.cause.empty()) return std::string(cause_words(facts.cause));
  return call.final_status >= 300 ? std::to_string(call.final_status) : std::string();
}

std::string overview_sentence(const Overview& overview) {
  return fmt::format("{}: {} one-way, {} silent, {} failed, {}, {} with capture trouble",
                     counted(overview.count(Group::all), "call"), overview.count(Group::one_way),
                     overview.count(Group::silent), overview.count(Group::failed),
                     counted(overview.count(Group::nat), "NAT fault"),
                     overview.count(Group::capture));
}

}  // namespace sipladder
