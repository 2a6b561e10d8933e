#include "correlate/analysis/analysis.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "correlate/analysis/alike_findings.h"
#include "correlate/analysis/finding_relations.h"
#include "correlate/analysis/scenario.h"
#include "correlate/sip/calls.h"

namespace sipladder {
namespace {

// A function-local table: detectors register before main() in an order that the linker chooses.
std::vector<const Detector*>& registry() {
  static std::vector<const Detector*> detectors;
  return detectors;
}

// Messages of one call, and its transactions and dialogs: an endless REGISTER loop has a bound.
constexpr uint32_t kMaxMessagesAnalysed = 20'000;

CallContext context_of(const Model& model, const PacketLog& log, CallId id,
                       const MediaBinding& media, MessageView& view) {
  CallContext context{model, log, id, model.calls[id], {}, {}, media.streams_of(id), media, view,
                      {},    {},  {}};
  for (TransactionId t = context.call.first_txn;
       t && context.transactions.size() < kMaxMessagesAnalysed;
       t = model.transactions[t].next_in_call) {
    context.transactions.push_back(t);
  }
  for (DialogId d = context.call.first_dialog; d && context.dialogs.size() < kMaxMessagesAnalysed;
       d = model.dialogs[d].next_in_call) {
    context.dialogs.push_back(d);
  }
  // A healthy call without media is judged without its messages.
  static const std::vector<MessageId> kNone;
  context.audio =
      audio_facts(model, media, view, id,
                  needs_messages(model, context.call, context.streams) ? context.messages() : kNone,
                  context.streams);
  if (!context.streams.empty())
    context.early = early_media_of(model, media, log, id, context.messages(), context.streams);
  return context;
}

// The code of the direction that explains most. A direction that was never heard goes before one
// that was heard for a time, and a proven fault before RTP that is merely not here.
std::string_view cause_of(const AudioFacts& facts) {
  const auto rank = [](const AudioDirection& direction) {
    const bool absent = direction.verdict.fault == AudioFault::no_rtp;
    const bool none = direction.verdict.fault == AudioFault::none;
    return std::tuple(none || direction.verdict.told_by_other, !is_never_heard(direction), absent,
                      direction.verdict.fault);
  };
  const bool callee = rank(facts.from_callee) <= rank(facts.from_caller);
  const AudioDirection& worst = callee ? facts.from_callee : facts.from_caller;
  return code_of(worst.verdict.fault, worst.from);
}

void conclude_audio(const AudioFacts& facts, CallAnalysis* analysis) {
  analysis->audio = audio_verdict(facts);
  const LostToward lost = lost_toward(facts);
  analysis->lost_toward_both = lost.caller && lost.callee;
  if (lost.caller != lost.callee)
    analysis->lost_toward = lost.caller ? Party::caller : Party::callee;
  if (lost.caller || lost.callee) analysis->audio_cause = cause_of(facts);
}

// The order in which findings are told. Of one severity, those about the capture come first: they
// say how far the others can be trusted.
bool worse(const Finding& a, const Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  const bool a_of_capture = a.code.starts_with("cap-");
  const bool b_of_capture = b.code.starts_with("cap-");
  if (a_of_capture != b_of_capture) return a_of_capture;
  if (a.call != b.call) return a.call < b.call;
  return a.code < b.code;
}

}  // namespace

const std::vector<MessageId>& CallContext::messages() {
  if (!gathered.empty()) return gathered;
  for (MessageId m = call.first_message; m && gathered.size() < kMaxMessagesAnalysed;
       m = model.messages[m].next_in_call) {
    gathered.push_back(m);
  }
  return gathered;
}

std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "info";
}

std::string_view to_string(Confidence confidence) {
  return confidence == Confidence::certain  ? "certain"
         : confidence == Confidence::likely ? "likely"
                                            : "possible";
}

Detector::Detector(std::string_view code_, Severity severity_, std::string_view sentence_,
                   void (*check_)(CallContext&, CallAnalysis*),
                   void (*check_capture_)(CaptureContext&, std::vector<Finding>*),
                   Relations relations_)
    : code(code_),
      severity(severity_),
      sentence(sentence_),
      check(check_),
      check_capture(check_capture_),
      relations(std::move(relations_)) {
  registry().push_back(this);
}

Detector::Detector(std::string_view code_, Severity severity_, std::string_view sentence_,
                   void (*check_)(CallContext&, CallAnalysis*), Relations relations_)
    : Detector(code_, severity_, sentence_, check_, nullptr, std::move(relations_)) {}

Detector::Detector(std::string_view code_, Severity severity_, std::string_view sentence_,
                   void (*check_)(CaptureContext&, std::vector<Finding>*), Relations relations_)
    : Detector(code_, severity_, sentence_, nullptr, check_, std::move(relations_)) {}

const std::vector<const Detector*>& detectors() {
  static const bool sorted = [] {
    std::sort(registry().begin(), registry().end(),
              [](const Detector* a, const Detector* b) { return a->code < b->code; });
    return true;
  }();
  static_cast<void>(sorted);
  return registry();
}

Analyst::Analyst(const Model& model, const PacketLog& log)
    : model_(model),
      log_(log),
      media_(model, log),
      legs_(model, log),
      registrations_(model, log),
      subscriptions_(model, log),
      endpoints_(model, log, legs_),
      nat_(model, log, registrations_),
      view_(log) {}

uint64_t Analyst::stamp(CallId id) const {
  const CallRecord& call = model_.calls[id];
  uint64_t packets = 0;
  for (const StreamId stream : media_.streams_of(id)) packets += model_.streams[stream].packets;
  return uint64_t{call.messages} << 40 ^ packets << 8 ^ static_cast<uint64_t>(call.state) << 1 ^
         uint64_t { model_.finished };
}

void Analyst::update() {
  media_.update();
  if (epoch_ != model_.evicted.epoch) {
    epoch_ = model_.evicted.epoch;
    const CallId first = model_.calls.held() == 0 ? CallId{1} : *model_.calls.ids().begin();
    evicted_ = first.value - 1;
    cache_.clear();  // what it holds names records by ids that may be gone
    demoted_.clear();
    all_.clear();
    capture_known_ = false;
  }
  places_ = model_.calls.size() - evicted_;
  const size_t blocks = (places_ + kBlock - 1) / kBlock;
  if (cache_.size() < blocks) cache_.resize(blocks);
}

Analyst::Cached& Analyst::cached(CallId call) {
  const uint32_t place = call.value - 1 - evicted_;
  std::unique_ptr<Cached[]>& block = cache_[place / kBlock];
  if (block == nullptr) block = std::make_unique<Cached[]>(kBlock);
  return block[place % kBlock];
}

const CallAnalysis& Analyst::of(CallId id) {
  update();
  // Whoever asks for the first call will ask for the next ones too.
  constexpr uint32_t kWorthAThread = 512;
  const bool complete = model_.finished && places_ >= kWorthAThread;
  if (complete && id.value == evicted_ + 1 && sweep_ == nullptr) begin_sweep();
  const uint32_t place = id.value - 1 - evicted_;
  if (sweep_ != nullptr && place < sweep_->count()) sweep_->wait_for(place);
  if (cached(id).stamp != stamp(id)) analyse(id, view_);
  return cached(id).analysis;
}

// Detectors are pure functions of a call, so two threads share the work, each with a view of its
// own. Measured with `calls` of sip-100k (142,000 rows): 0.8 s when analysing and printing took
// turns, 0.5 s when the caller prints while the sweep goes on.
void Analyst::begin_sweep() {
  sweep_ = std::make_unique<ParallelSweep>(
      places_, [this, other_view = std::make_shared<MessageView>(log_)](uint32_t begin,
                                                                        uint32_t end, bool reader) {
        for (uint32_t place = begin; place < end && !model_.cancellation.requested(); place++) {
          const CallId id{place + 1 + evicted_};
          const CallId ahead{std::min(id.value + kCallsAhead, model_.calls.size())};
          if (model_.calls.holds(ahead)) prefetch_chains(model_, ahead);
          if (model_.calls.holds(id) && cached(id).stamp != stamp(id)) {
            analyse(id, reader ? view_ : *other_view);
          }
        }
      });
}

void Analyst::analyse(CallId id, MessageView& view) {
  if (model_.cancellation.requested()) return;
  Cached& place = cached(id);
  place.stamp = stamp(id);
  CallAnalysis& analysis = place.analysis = CallAnalysis{};
  CallContext context = context_of(model_, log_, id, media_, view);
  conclude_audio(context.audio, &analysis);
  for (const Detector* detector : detectors()) {
    if (model_.cancellation.requested()) break;
    if (detector->check != nullptr) detector->check(context, &analysis);
  }
  drop_untimed(model_, &analysis.findings);
  drop_explained(model_, &analysis.findings);
  demote_repeats_of_forks(&analysis.findings);
  if (analysis.findings.size() > 1)  // it allocates a buffer even for one
    std::stable_sort(analysis.findings.begin(), analysis.findings.end(), worse);
  analysis.early_audio = context.early.heard;
  name_root_cause(&analysis);
  analysis.scenario = scenario_of(context);
  analysis.was_held = !context.audio.negotiation.holds.empty();
  if (!is_readable(id)) analysis = CallAnalysis{};
}

// All messages of the call can still be read. Otherwise a conclusion would be about bytes that are
// gone, and not about the call.
bool Analyst::is_readable(CallId id) const {
  if (log_.unreadable() == 0 || !model_.calls.holds(id)) return true;
  for (MessageId m = model_.calls[id].first_message; m; m = model_.messages[m].next_in_call) {
    if (!log_.can_read(model_.messages[m].ref())) return false;
  }
  return true;
}

int64_t Analyst::talk_end(CallId id) const {
  const CallRecord& call = model_.calls[id];
  if (call.bye_ns != 0) return call.bye_ns;
  int64_t end = call.end_ns;
  for (DialogId d = call.first_dialog; d; d = model_.dialogs[d].next_in_call)
    end = std::max(end, model_.dialogs[d].last_ns);
  // While the call lasts, its media can be newer than its messages.
  if (call.state != CallState::in_call) return end;
  for (const StreamId stream : media_.streams_of(id))
    end = std::max(end, model_.streams[stream].last_ns);
  return end;
}

// In a capture without SIP the streams belong to no call. The rtp- detectors judge them all the
// same, because they need no SDP.
void Analyst::analyse_media_without_sip() {
  if (model_.accounting.sip_messages != 0) return;
  static const CallRecord kNoCall;
  CallContext context{model_, log_, CallId{}, kNoCall, {}, {}, {}, media_, view_, {}, {}, {}};
  for (const StreamId id : model_.streams.ids()) {
    if (media_.is_listed(id)) context.streams.push_back(id);
  }
  CallAnalysis analysis;
  for (const Detector* detector : detectors()) {
    if (detector->check != nullptr && detector->code.starts_with("rtp-"))
      detector->check(context, &analysis);
  }
  drop_untimed(model_, &analysis.findings);
  drop_explained(model_, &analysis.findings);
  for (Finding& finding : analysis.findings) of_capture_.push_back(std::move(finding));
}

void Analyst::look_at_capture(uint64_t packets) {
  const uint64_t now = model_.accounting.packets;
  const bool same = capture_known_ && capture_finished_ == model_.finished;
  if (same && now - capture_packets_ <= packets) return;
  capture_known_ = true;
  capture_finished_ = model_.finished;
  capture_packets_ = now;
  of_capture_.clear();
  naming_call_.clear();
  causes_.clear();
  demoted_.clear();
  all_.clear();  // it points into of_capture_
  registrations_.update();
  nat_.update();
  analyse_media_without_sip();
  CaptureContext context{model_, registrations_, nat_, view_, legs_, media_, *this};
  for (const Detector* detector : detectors()) {
    if (model_.cancellation.requested()) break;
    if (detector->check_capture != nullptr) detector->check_capture(context, &of_capture_);
  }
  drop_untimed(model_, &of_capture_);
  std::erase_if(of_capture_, [&](const Finding& finding) { return !is_readable(finding.call); });
  for (uint32_t i = 0; i < of_capture_.size(); i++) {
    const Finding& finding = of_capture_[i];
    if (finding.call) naming_call_[finding.call.value].push_back(i);
    for (const CallId call : finding.explains) causes_[call.value].push_back(finding.code);
  }
}

bool Analyst::is_explained(const Finding& finding) const {
  const auto causes = causes_.find(finding.call.value);
  return causes != causes_.end() &&
         std::any_of(causes->second.begin(), causes->second.end(), [&](std::string_view cause) {
           return names(relations_of(cause).in_calls, finding);
         });
}

// The finding itself, or a copy of it as an info, where another finding explains it but leaves it
// as a fact (Relations::facts_in_calls).
const Finding* Analyst::as_told(const Finding& finding) {
  const bool accepted = accepts_ && accepts_(finding);
  const auto causes = causes_.find(finding.call.value);
  const bool fact =
      causes != causes_.end() && finding.severity != Severity::info &&
      std::any_of(causes->second.begin(), causes->second.end(), [&](std::string_view cause) {
        return names(relations_of(cause).facts_in_calls, finding);
      });
  if (!accepted && !fact) return &finding;
  std::unique_ptr<Finding>& told = demoted_[&finding];
  if (told == nullptr) told = std::make_unique<Finding>();
  *told = finding;
  told->severity = Severity::info;
  if (accepted) told->summary = "accepted: " + told->summary;
  return told.get();
}

// A binding that expires because its REGISTER was refused is told by that refusal.
bool Analyst::is_told_by_call(const Finding& finding) {
  if (finding.code != "reg-expired" || !model_.calls.holds(finding.call)) return false;
  const auto& findings = of(finding.call).findings;
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& one) { return one.code == "txn-auth-stale"; });
}

std::vector<const Finding*> Analyst::of_call(CallId call) {
  update();
  // The UI asks at each redraw while the capture grows. Looking at all of it only after it has
  // grown by an eighth keeps the sum of that work linear.
  look_at_capture(capture_packets_ / 8);
  std::vector<const Finding*> found;
  const auto add = [&](const Finding& finding) {
    if (!is_explained(finding) && !is_told_by_call(finding)) found.push_back(as_told(finding));
  };
  const auto naming = naming_call_.find(call.value);
  if (naming != naming_call_.end()) {
    for (const uint32_t place : naming->second) add(of_capture_[place]);
  }
  const std::vector<Finding>& own = of(call).findings;
  for (const Finding& finding : own) {
    if (finding.call == call) add(finding);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding* a, const Finding* b) { return worse(*a, *b); });
  return found;
}

const std::vector<const Finding*>& Analyst::all() {
  update();
  look_at_capture(0);
  for (const CallId id : model_.calls.ids()) {
    if (model_.cancellation.requested()) break;
    of(id);
  }
  all_.clear();
  const auto add = [&](const Finding& finding) {
    if (!is_explained(finding) && !is_told_by_call(finding)) all_.push_back(as_told(finding));
  };
  for (const Finding& finding : of_capture_) add(finding);
  for (const auto& block : cache_) {
    for (uint32_t i = 0; block != nullptr && i < kBlock; i++) {
      for (const Finding& finding : block[i].analysis.findings) add(finding);
    }
  }
  if (alike_once_) all_ = merge_alike(model_, all_, &merged_);
  std::stable_sort(all_.begin(), all_.end(),
                   [](const Finding* a, const Finding* b) { return worse(*a, *b); });
  return all_;
}

}  // namespace sipladder
