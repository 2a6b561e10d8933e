// leg-not-ended: a B2BUA gets the CANCEL or BYE of one leg and does not end the other leg, which
// rings or talks on. Not when the legs were joined anew (REFER, Replaces, a re-INVITE), and not
// while the B2BUA sends media to the other leg.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "correlate/findings/shared/support.h"

namespace sipladder::leg_not_ended {
namespace {

extern const Detector detector;

constexpr int64_t kGraceNs = 3'000'000'000;     // a B2BUA may be busy
constexpr int64_t kInFlightNs = 1'000'000'000;  // for media that is on its way
constexpr size_t kMaxLegs = 16;

// The request that ended a leg, which the B2BUA accepted.
struct End {
  int64_t time_ns = 0;
  TransactionId request;
  IpAddress at;  // the host that got it: the B2BUA
  bool by_caller = false;
};

template <typename Visit>
void each_transaction(const Model& model, CallId call, Visit visit) {
  for (TransactionId t = model.calls[call].first_txn; t; t = model.transactions[t].next_in_call)
    visit(t, model.transactions[t]);
}

std::optional<End> end_of(const Model& model, CallId call) {
  std::optional<End> end;
  each_transaction(model, call, [&](TransactionId id, const TransactionRecord& txn) {
    if (!txn.request || !txn.succeeded()) return;
    const bool cancels = txn.method == Method::cancel && txn.invite &&
                         model.transactions[txn.invite].final_status == 487;
    if (!cancels && txn.method != Method::bye) return;
    // A later transaction overwrites an earlier one: its hop is nearer to the B2BUA.
    end = End{txn.final_response_ns, id, model.endpoints[txn.dst].ip,
              model.messages[txn.request].from_caller};
  });
  return end;
}

// What a leg does, as far as its messages tell.
struct Leg {
  CallId call;
  IpAddress caller, callee;  // hosts of its first INVITE
  int64_t begin_ns = 0;
  int64_t progress_ns = 0;  // first response; no CANCEL may be sent before it (RFC 3261 9.1)
  int64_t answer_ns = 0;
  int64_t end_ns = 0;      // 0: none is seen
  int64_t changed_ns = 0;  // its newest re-INVITE or UPDATE
  bool transferred = false;
};

std::optional<Leg> leg_of(const CaptureContext& context, CallId call) {
  const Model& model = context.model;
  const CallRecord& record = model.calls[call];
  if (record.kind != CallKind::call || !record.first_request) return std::nullopt;
  const MessageRecord& invite = model.messages[record.first_request];
  Leg leg{call,
          model.endpoints[invite.src].ip,
          model.endpoints[invite.dst].ip,
          record.start_ns,
          0,
          record.answer_ns,
          0,
          0,
          false};
  each_transaction(model, call, [&](TransactionId, const TransactionRecord& txn) {
    const bool dialog_begins = txn.method == Method::invite && !txn.in_dialog;
    const bool refused =
        txn.final_status >= 300 && txn.final_status != 401 && txn.final_status != 407;
    if (dialog_begins && leg.progress_ns == 0) leg.progress_ns = txn.first_response_ns;
    int64_t end_ns = 0;
    if (dialog_begins && refused) end_ns = txn.final_response_ns;
    if (txn.method == Method::bye || txn.method == Method::cancel) end_ns = txn.first_ns;
    if (end_ns != 0 && (leg.end_ns == 0 || end_ns < leg.end_ns)) leg.end_ns = end_ns;
    if (txn.in_dialog && (txn.method == Method::invite || txn.method == Method::update))
      leg.changed_ns = std::max(leg.changed_ns, txn.first_ns);
    leg.transferred = leg.transferred || txn.method == Method::refer;
  });
  leg.transferred = leg.transferred || context.legs.reason_of(call) == JoinReason::refer;
  return leg;
}

// Newest message or RTP of a leg that nobody ended.
int64_t last_sign(const CaptureContext& context, const Leg& leg) {
  int64_t last = context.model.calls[leg.call].end_ns;
  for (const StreamId id : context.media.streams_of(leg.call))
    last = std::max(last, context.model.streams[id].last_ns);
  return last;
}

// When the media that `from` sends on a leg ended; nullopt when none of it is in the capture.
std::optional<int64_t> media_until(const CaptureContext& context, const Leg& leg, Party from) {
  std::optional<int64_t> until;
  for (const StreamId id : context.media.streams_of(leg.call)) {
    if (context.media.of(id, leg.call).from != from) continue;
    until = std::max(until.value_or(0), context.model.streams[id].last_ns);
  }
  return until;
}

// The leg goes on for a purpose: it was transferred or changed, or the B2BUA sends media to it
// after the end of the other leg. After a callee hung up, the caller may hear a menu or a voice
// mail; so without media in the capture this is taken to be true.
bool is_taken_over(const CaptureContext& context, const Leg& leg, const End& end) {
  if (leg.transferred || leg.changed_ns > end.time_ns - kInFlightNs) return true;
  const auto media = media_until(context, leg, end.by_caller ? Party::caller : Party::callee);
  if (media && *media > end.time_ns + kInFlightNs) return true;
  return !end.by_caller && !media;
}

// The leg behind the B2BUA that had to end with this one.
bool is_other_side(const Leg& ended, const Leg& leg, const End& end) {
  if (end.by_caller)
    return ended.callee == end.at && leg.caller == end.at && leg.begin_ns >= ended.begin_ns;
  return ended.caller == end.at && leg.callee == end.at && leg.begin_ns <= ended.begin_ns;
}

bool replaces(CaptureContext& context, const Leg& leg) {
  const MessageId first = context.model.calls[leg.call].first_request;
  return context.view.load(context.model.messages[first]) &&
         context.view.sip().has(HeaderId::replaces);
}

void tell(const CaptureContext& context, const Leg& ended, const Leg& leg, const End& end,
          int64_t until_ns, std::vector<Finding>* out) {
  const Model& model = context.model;
  const TransactionRecord& txn = model.transactions[end.request];
  const bool talks = leg.answer_ns != 0 && leg.answer_ns <= end.time_ns;
  const CallRecord& call = model.calls[leg.call];
  Finding finding = finding_of(detector);
  finding.call = leg.call;
  finding.txn = call.first_txn;
  finding.message = txn.request;
  finding.explains = {leg.call};
  finding.evidence = {model.messages[txn.request].frame, model.messages[txn.final_response].frame,
                      model.messages[call.first_request].frame,
                      model.messages[call.last_message].frame};
  const std::string_view party = end.by_caller ? "caller" : "callee";
  finding.summary = fmt::format(
      "{} answers the {} of the {} (call {}, frame {}) and does not pass it on: the leg to {} "
      "{} on for {}",
      to_string(end.at), to_string(txn.method), party, ended.call.value,
      model.messages[txn.request].frame, to_string(end.by_caller ? leg.callee : leg.caller),
      talks ? "talks" : "rings", seconds_text(until_ns - end.time_ns));
  finding.explanation =
      "Each leg of a B2BUA is a call of its own: whoever stands between must end the one when the "
      "other one ends.";
  finding.remedy = fmt::format(
      "Look at {}: at its dial plan (what it does after a hang-up), and at its log of call {}.",
      to_string(end.at), leg.call.value);
  finding.rfc = "RFC 7092 3.1";
  report(out, std::move(finding));
}

void check_pair(CaptureContext& context, const Leg& ended, const Leg& leg, const End& end,
                std::vector<Finding>* out) {
  if (!is_other_side(ended, leg, end) || leg.begin_ns > end.time_ns || leg.progress_ns == 0) return;
  const int64_t from_ns = std::max(end.time_ns, leg.progress_ns);
  int64_t until_ns = leg.end_ns != 0 ? leg.end_ns : last_sign(context, leg);
  if (until_ns - from_ns < kGraceNs || is_taken_over(context, leg, end)) return;
  if (replaces(context, leg) || replaces(context, ended)) return;
  if (leg.answer_ns > from_ns) until_ns = std::min(until_ns, leg.answer_ns);
  tell(context, ended, leg, end, until_ns, out);
}

// Checks the legs of one session. The leg that ended must be the only one on its side of the B2BUA.
void check_session(CaptureContext& context, const std::vector<CallId>& calls,
                   std::vector<Finding>* out) {
  std::vector<Leg> legs;
  for (const CallId call : calls) {
    if (const auto leg = leg_of(context, call)) legs.push_back(*leg);
  }
  if (legs.size() < 2 || legs.size() > kMaxLegs) return;
  if (std::any_of(legs.begin(), legs.end(), [](const Leg& leg) { return leg.transferred; })) return;
  for (const Leg& ended : legs) {
    const auto end = end_of(context.model, ended.call);
    if (!end) continue;
    const auto on_its_side = std::count_if(legs.begin(), legs.end(), [&](const Leg& leg) {
      return end->by_caller ? leg.callee == end->at : leg.caller == end->at;
    });
    if (on_its_side != 1) continue;
    for (const Leg& leg : legs) {
      if (leg.call != ended.call) check_pair(context, ended, leg, *end, out);
    }
  }
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  if (!some_host_is_between_calls(model)) return;
  context.legs.update();
  std::map<uint32_t, std::vector<CallId>> sessions;
  for (const CallId id : model.calls.ids()) {
    if (context.legs.reason_of(id) == JoinReason::none) continue;
    sessions[context.legs.session_of(id).value].push_back(id);
  }
  for (const auto& [session, calls] : sessions) check_session(context, calls, out);
}

const Detector detector("leg-not-ended", Severity::error,
                        "CANCEL or BYE of one leg is not passed on: the other leg goes on", check,
                        {.in_calls = {"dialog-short", "txn-cancel-race"}});

}  // namespace
}  // namespace sipladder::leg_not_ended
