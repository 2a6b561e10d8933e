// What is concluded of a call: the verdict on its audio, and findings with their proof
// (`findings --list` names all codes).
//
// A conclusion is computed when somebody asks, and kept until the call changes. Threads: as Model.
// After the source has ended, Analyst runs a thread of its own that analyses calls ahead of the
// caller (correlate/engine/parallel_sweep.h); so Detector::check() may run on two threads at once,
// each with its own CallContext and MessageView.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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
  std::string_view code;  // of the Detector, which lives as long as the program
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
  std::string_view rfc;            // "RFC 3261 13.2.1": a literal; may be empty
  std::vector<uint32_t> evidence;  // frame numbers, ascending
  // Calls whose own findings this one explains: an attack that was refused, a gateway that was
  // dead. Relations::in_calls says which codes there are not told.
  std::vector<CallId> explains;
};

struct CallAnalysis {
  Audio audio = Audio::none_known;
  Party lost_toward = Party::none;
  bool lost_toward_both = false;  // then lost_toward is none
  std::string_view audio_cause;   // code of the finding that tells why audio was lost, else empty
  EarlyAudio early_audio = EarlyAudio::unknown;
  std::string_view scenario;  // static text, empty when not recognised
  bool was_held = false;
  std::vector<Finding> findings;
};

// All that a detector may look at. Its references are valid for the duration of check(), on the
// thread that called it.
struct CallContext {
  const Model& model;
  const PacketLog& log;
  CallId id;
  const CallRecord& call;
  std::vector<TransactionId> transactions;
  std::vector<DialogId> dialogs;
  std::vector<StreamId> streams;  // those that the `streams` table lists, in capture order
  const MediaBinding& media;
  MessageView& view;
  AudioFacts audio;
  EarlyMedia early = {};

  const MessageRecord& message(MessageId m) const { return model.messages[m]; }

  // Messages of the call in capture order; the first 20,000 of a call that has more. They are
  // gathered when first asked for: a healthy call without media needs none of them, and walking
  // them was a quarter of the time to list calls.
  const std::vector<MessageId>& messages();
  std::vector<MessageId> gathered;  // what messages() gathered; empty until it is called
};

// All that a detector of the whole capture may look at. Its references are valid for the duration
// of check_capture(), which runs on the thread that asked.
struct CaptureContext {
  const Model& model;
  Registrations& registrations;
  NatAudit& nat;
  MessageView& view;
  Legs& legs;  // update() before use: it reads the first INVITE of every call
  const MediaBinding& media;
  Analyst& analyst;  // of() gives the verdict on a call
};

// Which times a finding needs from its source: a text log can have none, or whole seconds only.
enum class TimeNeed : uint8_t { none, any, fractions };

// Which other findings a finding explains. One cause, one headline: symptoms are not told beside
// their cause.
struct Relations {
  // Codes of symptoms about the same stream, or the same request at any hop. They are dropped.
  std::vector<std::string_view> of_same{};
  // Codes of symptoms in the calls that Finding::explains names. They are dropped.
  std::vector<std::string_view> in_calls{};
  // Codes of symptoms in those calls that stay, as an info.
  std::vector<std::string_view> facts_in_calls{};
  TimeNeed needs = TimeNeed::none;
  // The finding is the reason for a fault of the audio: calls.audio_cause names it when the finding
  // about that fault is not told.
  bool is_root_of_audio = false;
};

// One row of the catalogue: a pure function of a call, of the capture, or one of each. A Detector
// is a static object in correlate/findings/GROUP/NAME.cc, and constructing it registers it. Its
// string_views must be literals.
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
// All detectors, sorted by code. Not before main(): they are registered until then.
const std::vector<const Detector*>& detectors();

class Analyst {
 public:
  // `model` and `log` must outlive the analyst.
  Analyst(const Model& model, const PacketLog& log);

  // What these give lives as long as the analyst. Call their update() before you read them.
  MediaBinding& media() { return media_; }
  Legs& legs() { return legs_; }
  Registrations& registrations() { return registrations_; }
  Subscriptions& subscriptions() { return subscriptions_; }
  EndpointRoles& endpoints() { return endpoints_; }
  NatAudit& nat() { return nat_; }
  Notes& notes() { return notes_; }
  // From now on all() tells findings that many calls have alike once (alike_findings.h). of_call()
  // goes on telling each.
  void tell_alike_once() { alike_once_ = true; }
  // From now on findings that `accepts` is true for are told as infos, and that they are accepted.
  void accept(std::function<bool(const Finding&)> accepts) { accepts_ = std::move(accepts); }
  // The analysis of a call that the model holds. Empty when bytes of the call can no longer be
  // read, incomplete after Model::cancellation. Valid until the call changes or calls are evicted.
  const CallAnalysis& of(CallId call);
  // Findings of the capture and of all calls. The worst come first; among equals those about the
  // capture, then by call and code. Valid until the next call of all(), or of of() for a call that
  // has changed.
  const std::vector<const Finding*>& all();
  // Findings that name this call, whether its own messages showed them or the whole capture did.
  // While the capture grows, the latter may lag: the capture is looked at again when it has grown
  // by an eighth. Valid as long as those of all() are.
  std::vector<const Finding*> of_call(CallId call);
  // When the talk of an answered call ended; of one that goes on, the newest time that is known of
  // it. Streams count as of the last update of media().
  int64_t talk_end(CallId call) const;
  const std::vector<const Finding*>& found() const { return all_; }  // what all() gave last

 private:
  struct Cached {
    uint64_t stamp = 0;  // changes when the call does
    CallAnalysis analysis;
  };
  uint64_t stamp(CallId call) const;  // never 0, which means "not computed"
  // Blocks are allocated when a call in them is asked for. The threads of a sweep never share one.
  static constexpr uint32_t kBlock = ParallelSweep::kBlock;
  Cached& cached(CallId call);
  void update();
  void analyse(CallId call, MessageView& view);
  void analyse_media_without_sip();
  void begin_sweep();
  // Runs the detectors of the whole capture again when more than `packets` new packets came.
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
  // Copies of findings that are told as infos, by the finding that they stand for.
  absl::flat_hash_map<const Finding*, std::unique_ptr<Finding>> demoted_;
  uint64_t capture_packets_ = 0;  // how many packets there were when of_capture_ was found
  bool capture_known_ = false;
  bool capture_finished_ = false;
  std::vector<Finding> merged_;  // owns what merge_alike() made; all_ points into it
  bool alike_once_ = false;
  std::function<bool(const Finding&)> accepts_;  // empty: the user accepts none
  std::vector<const Finding*> all_;
  std::unique_ptr<ParallelSweep> sweep_;  // last: it must end before what it works on
};

}  // namespace sipladder
