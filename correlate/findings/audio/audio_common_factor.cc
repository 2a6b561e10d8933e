// audio-common-factor: what nearly all sessions in which somebody hears nothing have in common and
// most others do not have: a host, a link, a relay, a program, or the time since when they fail.
// Needs 20 sessions that could be judged, and 5 of each outcome. Not when chance alone would show
// the same in one of a thousand captures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "correlate/analysis/call_peers.h"
#include "correlate/analysis/chance.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::audio_common_factor {
namespace {

extern const Detector detector;

constexpr size_t kMinSessions = 20;
constexpr size_t kMinOfEach = 5;
constexpr double kMostChance = 0.001;
constexpr double kNearlyAll = 0.9;       // of the faulty ones: some may have another reason
constexpr size_t kLongestProgram = 80;   // of a User-Agent in a sentence
constexpr size_t kMostEvidence = 20;     // frames
constexpr size_t kMaxFactors = 200'000;  // of a capture; further ones are not compared

// One conversation, by all its legs.
struct Judged {
  CallId first;  // of its calls
  int64_t start_ns = 0;
  bool faulty = false;
  std::vector<Peer> peers;
};

struct Uses {
  size_t faulty = 0, good = 0;
};

struct Sample {
  std::vector<Judged> sessions;  // in the order in which they began
  size_t faulty = 0, good = 0;
  std::map<Peer, Uses> uses;
  size_t all() const { return sessions.size(); }
};

// Something that nearly all faulty sessions have.
struct Factor {
  double chance = 1;
  std::string words;  // after "28 calls in which somebody hears nothing"
  Uses uses;
};

Sample sample_of(CaptureContext& context) {
  const Model& model = context.model;
  context.legs.update();
  std::map<CallId, Judged> by_session;
  for (const CallId id : model.calls.ids()) {
    const Audio audio = context.analyst.of(id).audio;
    const bool faulty = audio == Audio::one_way || audio == Audio::none;
    if (!faulty && audio != Audio::two_way) continue;
    Judged& session = by_session[context.legs.session_of(id)];
    if (!session.first) session = {id, model.calls[id].start_ns, false, {}};
    session.faulty = session.faulty || faulty;
  }
  Sample sample;
  for (auto& [id, session] : by_session) {
    (session.faulty ? sample.faulty : sample.good)++;
    sample.sessions.push_back(std::move(session));
  }
  std::stable_sort(sample.sessions.begin(), sample.sessions.end(),
                   [](const Judged& a, const Judged& b) { return a.start_ns < b.start_ns; });
  return sample;
}

void find_peers(CaptureContext& context, Sample* sample) {
  CallPeers peers(context.model, context.view.log(), context.analyst);
  for (Judged& session : sample->sessions) {
    for (const CallId leg : context.legs.legs_of(session.first)) {
      const std::vector<Peer> more = peers.of(leg);
      session.peers.insert(session.peers.end(), more.begin(), more.end());
    }
    std::sort(session.peers.begin(), session.peers.end());
    session.peers.erase(std::unique(session.peers.begin(), session.peers.end()),
                        session.peers.end());
    for (const Peer& peer : session.peers) {
      if (sample->uses.size() >= kMaxFactors && !sample->uses.contains(peer)) continue;
      Uses& uses = sample->uses[peer];
      (session.faulty ? uses.faulty : uses.good)++;
    }
  }
}

std::string words_of(const Peer& peer) {
  switch (peer.kind) {
    case PeerKind::relay:
      return "have their media at " + peer.key;
    case PeerKind::address:
      return "pass " + peer.key;
    case PeerKind::trunk:
      return "go from " + peer.key.substr(0, peer.key.find(' ')) + " to " +
             peer.key.substr(peer.key.rfind(' ') + 1);
    case PeerKind::user_agent:
      return fmt::format("have the program \"{}\" at one end", peer.key.substr(0, kLongestProgram));
  }
  return {};
}

// Adds two factors of time: all faulty sessions begin at the first one's time or later, and all
// begin at the last one's time or before.
void add_times(const Sample& sample, std::vector<Factor>* factors) {
  size_t first = sample.all(), last = 0;
  for (size_t i = 0; i < sample.all(); i++) {
    if (!sample.sessions[i].faulty) continue;
    first = std::min(first, i);
    last = i;
  }
  const size_t good_before = first;
  const size_t good_after = sample.all() - 1 - last;
  factors->push_back(
      {chance_of(sample.faulty, sample.faulty, sample.all() - good_before, sample.all()),
       "begin at " + time_of_day_text(sample.sessions[first].start_ns) + " or later",
       {sample.faulty, sample.good - good_before}});
  factors->push_back(
      {chance_of(sample.faulty, sample.faulty, sample.all() - good_after, sample.all()),
       "begin at " + time_of_day_text(sample.sessions[last].start_ns) + " or before",
       {sample.faulty, sample.good - good_after}});
}

// The factors, the least probable first. Each chance is multiplied by the number of things that
// were compared (Bonferroni): among many, one looks special by chance.
std::vector<Factor> factors_of(const Sample& sample, bool has_times) {
  std::vector<Factor> factors;
  for (const auto& [peer, uses] : sample.uses) {
    const auto least = kNearlyAll * static_cast<double>(sample.faulty);
    if (static_cast<double>(uses.faulty) < least) continue;
    factors.push_back({chance_of(uses.faulty, sample.faulty, uses.faulty + uses.good, sample.all()),
                       words_of(peer), uses});
  }
  if (has_times) add_times(sample, &factors);
  const auto compared = static_cast<double>(sample.uses.size() + 2);
  for (Factor& factor : factors) factor.chance *= compared;
  std::erase_if(factors, [](const Factor& factor) { return factor.chance > kMostChance; });
  std::stable_sort(factors.begin(), factors.end(),
                   [](const Factor& a, const Factor& b) { return a.chance < b.chance; });
  return factors;
}

std::string summary_of(const Sample& sample, const Factor& factor) {
  const bool all = factor.uses.faulty == sample.faulty;
  const std::string faulty = all ? fmt::format("all {}", sample.faulty)
                                 : fmt::format("{} of {}", factor.uses.faulty, sample.faulty);
  const size_t without = sample.good - factor.uses.good;
  const std::string others =
      factor.uses.good == 0
          ? fmt::format("none of the {} two-way calls does", sample.good)
          : fmt::format("{} of the {} two-way calls do not", without, sample.good);
  return fmt::format("{} calls in which somebody hears nothing {}, and {}", faulty, factor.words,
                     others);
}

// 1/chance, rounded down to one significant digit.
std::string odds_text(double chance) {
  if (chance < 1e-6) return "a million";
  const double odds = 1 / chance;
  const double magnitude = std::pow(10, std::floor(std::log10(odds)));
  return std::to_string(static_cast<uint64_t>(std::floor(odds / magnitude) * magnitude));
}

std::string explanation_of(const Sample& sample, const std::vector<Factor>& factors) {
  std::string text = fmt::format(
      "If it had nothing to do with the fault, this would be so in fewer than one of {} such "
      "captures (Fisher's exact test, one-sided, over {} properties that calls can share).",
      odds_text(factors.front().chance), sample.uses.size() + 2);
  if (factors.size() == 1) return text;
  const std::vector<Factor> others(factors.begin() + 1, factors.end());
  return text + " They also " + list_text(others, 2, [](const Factor& one) { return one.words; }) +
         ".";
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;  // not asked while it grows: each time would judge all calls
  if (!model.finished || model.calls.held() < kMinSessions || model.streams.size() == 0) return;
  Sample sample = sample_of(context);
  if (sample.all() < kMinSessions || sample.faulty < kMinOfEach || sample.good < kMinOfEach) return;
  find_peers(context, &sample);
  const bool has_times =
      std::all_of(model.captures.begin(), model.captures.end(),
                  [](const SourceInfo& one) { return one.has_times && one.has_dates; });
  const std::vector<Factor> factors = factors_of(sample, has_times);
  if (factors.empty()) return;
  Finding finding = finding_of(detector);
  finding.confidence = Confidence::likely;
  finding.summary = summary_of(sample, factors.front());
  finding.explanation = explanation_of(sample, factors);
  finding.remedy =
      "Look at what they share before you look at single calls; compare one of them with a call "
      "that works.";
  for (const Judged& session : sample.sessions) {
    if (!session.faulty) continue;
    const MessageId first = model.calls[session.first].first_message;
    if (!finding.call) {
      finding.call = session.first;
      finding.message = first;
    }
    if (finding.evidence.size() < kMostEvidence)
      finding.evidence.push_back(model.messages[first].frame);
  }
  report(out, std::move(finding));
}

const Detector detector(
    "audio-common-factor", Severity::warning,
    "what the calls in which somebody hears nothing have in common, and the others have not",
    check);

}  // namespace
}  // namespace sipladder::audio_common_factor
