// What is concluded of a call: verdict on its audio and findings with their proof (FINDINGS in
// `findings --list`).
//
// Computed when somebody asks, kept until the call changes. Threads: as Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/analysis/notes.h"
#include "correlate/audio/early_audio.h"
#include "correlate/audio/outcome.h"
#include "correlate/engine/parallel_sweep.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/model/sentence.h"
#include "correlate/nat/nat_audit.h"
#include "correlate/registry/endpoint_roles.h"
#include "correlate/registry/registrations.h"
#include "correlate/registry/subscriptions.h"
#include "correlate/session/legs.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

class Analyst;

enum class Severity : uint8_t { info, warning, error };
enum class Confidence : uint8_t { possible, likely, certain };
std::string_view to_string(Severity severity);
std::string_view to_string(Confidence confidence);

struct Finding {
  std::string_view code;  // of the Detector's catalogue row
  Severity severity = Severity::info;
  Confidence confidence = Confidence::certain;
  CallId call;
  DialogId dialog;
  TransactionId txn;
  StreamId stream;
  MessageId message;    // primary evidence
  std::string summary;  // one line with the real addresses and times
  Sentence explanation;
  Sentence remedy;
  std::string_view rfc;
  std::vector<uint32_t> evidence;  // frame numbers, ascending
  // An attack: that these calls were refused; a dead gateway: that they were not answered.
  std::vector<CallId> explains;
};

struct CallAnalysis {
  Audio audio = Audio::none_known;
  Party lost_toward = Party::none;
  bool lost_toward_both = false;  // then lost_toward is none
  std::string_view audio_cause;   // code of a finding, empty when none
  EarlyAudio early_audio = EarlyAudio::unknown;
  std::string_view scenario;  // static text, empty when not recognised
  bool was_held = false;
  std::vector<Finding> findings;
};

// All that a detector may look at; every field is valid for the duration of check().
struct CallContext {
  const Model& model;
  const PacketLog& log;
  CallId id;
  const CallRecord& call;
  std::vector<TransactionId> transactions;
  std::vector<DialogId> dialogs;
  std::vector<StreamId> streams;  // listed ones
  const MediaBinding& media;
  MessageView& view;
  AudioFacts audio;
  EarlyMedia early = {};

  const MessageRecord& message(MessageId m) const { return model.messages[m]; }

  // All messages of the call in capture order. Gathered when first asked for: a healthy call
  // without media needs none of them, and walking them was a quarter of the time to list calls.
  const std::vector<MessageId>& messages();
  std::vector<MessageId> gathered;  // by messages()
};

// The same for detectors that look at the whole capture.
struct CaptureContext {
  const Model& model;
  Registrations& registrations;
  NatAudit& nat;
  MessageView& view;
  Legs& legs;  // update() before use: it reads the first INVITE of every call
  const MediaBinding& media;
  Analyst& analyst;  // for verdicts on calls
};

// What a finding needs to know of times: a log can have none, or whole seconds only.
enum class TimeNeed : uint8_t { none, any, fractions };

// How a finding stands to others. One cause, one headline: what it explains is not told beside it.
struct Relations {
  // Codes of findings about the same stream or request, at whatever hop.
  std::vector<std::string_view> of_same{};
  // Codes of findings of the calls that it names in Finding::explains.
  std::vector<std::string_view> in_calls{};
  // And of those there that stay as a fact: infos.
  std::vector<std::string_view> facts_in_calls{};
  TimeNeed needs = TimeNeed::none;
  // It stands behind the fault that the streams show: calls.audio_cause names it.
  bool is_root_of_audio = false;
};

// One row of the catalogue: a pure function of a call, or of the capture. Defined as a static
// object in correlate/findings/GROUP/NAME.cc; constructing it registers it.
struct Detector {
  std::string_view code;
  Severity severity;
  std::string_view sentence;  // for `findings --list`
  void (*check)(CallContext& context, CallAnalysis* out) = nullptr;
  void (*check_capture)(CaptureContext& context, std::vector<Finding>* out) = nullptr;
  Relations relations;

  Detector(std::string_view code, Severity severity, std::string_view sentence,
           void (*check)(CallContext&, CallAnalysis*), Relations relations = {});
  Detector(std::string_view code, Severity severity, std::string_view sentence,
           void (*check)(CaptureContext&, std::vector<Finding>*), Relations relations = {});
  Detector(std::string_view code, Severity severity, std::string_view sentence,
           void (*check)(CallContext&, CallAnalysis*),
           void (*check_capture)(CaptureContext&, std::vector<Finding>*), Relations relations = {});
};
// Sorted by code.
const std::vector<const Detector*>& detectors();

class Analyst {
 public:
  Analyst(const Model& model, const PacketLog& log);

  MediaBinding& media() { return media_; }
  Legs& legs() { return legs_; }
  Registrations& registrations() { return registrations_; }
  Subscriptions& subscriptions() { return subscriptions_; }
  EndpointRoles& endpoints() { return endpoints_; }
  NatAudit& nat() { return nat_; }
  Notes& notes() { return notes_; }
  // From now on all() tells once what many calls have alike (alike_findings.h). of_call() does not.
  void tell_alike_once() { alike_once_ = true; }
  const CallAnalysis& of(CallId call);  // of a call that the model holds
  // Findings of the capture and of all calls, worst first, then by call and code. Valid until the
  // next call of all(), or of of() for a call that has changed.
  const std::vector<const Finding*>& all();
  // Those of all() that name this call, be they found by looking at it or at the whole capture.
  // While the capture grows, the latter are those of some packets ago. Valid as all() is.
  std::vector<const Finding*> of_call(CallId call);
  // When the talk of an answered call ended, or the newest that is known of it. Its streams as of
  // the last update of media().
  int64_t talk_end(CallId call) const;
  const std::vector<const Finding*>& found() const { return all_; }  // what all() gave last

 private:
  struct Cached {
    uint64_t stamp = 0;  // changes when the call does
    CallAnalysis analysis;
  };
  uint64_t stamp(CallId call) const;  // never 0, which means "not computed"
  // What nobody asks for takes no memory; a sweep's threads never share a block.
  static constexpr uint32_t kBlock = ParallelSweep::kBlock;
  Cached& cached(CallId call);
  void update();
  void analyse(CallId call, MessageView& view);
  void analyse_media_without_sip();
  void begin_sweep();
  // Whole captures are looked at again when there are more than `packets` new ones.
  void look_at_capture(uint64_t packets);
  bool is_told_by_call(const Finding& finding);
  bool is_explained(const Finding& finding) const;
  const Finding* as_told(const Finding& finding);
  bool is_readable(CallId call) const;

  const Model& model_;
  const PacketLog& log_;
  MediaBinding media_;
  Legs legs_;
  Registrations registrations_;
  Subscriptions subscriptions_;
  EndpointRoles endpoints_;
  Notes notes_;
  NatAudit nat_;
  MessageView view_;
  std::vector<std::unique_ptr<Cached[]>> cache_;  // of kBlock each, null until asked for
  uint32_t places_ = 0;                           // that cache_ is for
  uint32_t epoch_ = 0;
  uint32_t evicted_ = 0;  // calls before the first that has a place in cache_
  std::vector<Finding> of_capture_;
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> naming_call_;     // places in of_capture_
  absl::flat_hash_map<uint32_t, std::vector<std::string_view>> causes_;  // of calls: codes there
  // Those that are told as less than they are, by the finding that is the same otherwise.
  absl::flat_hash_map<const Finding*, std::unique_ptr<Finding>> demoted_;
  uint64_t capture_packets_ = 0;  // of which of_capture_ tells
  bool capture_known_ = false;
  bool capture_finished_ = false;
  std::vector<Finding> merged_;  // alike_findings.h
  bool alike_once_ = false;
  std::vector<const Finding*> all_;
  std::unique_ptr<ParallelSweep> sweep_;  // last: it must end before what it works on
};

}  // namespace sipladder
