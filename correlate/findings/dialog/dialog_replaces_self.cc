// dialog-replaces-self: Replaces names the dialog that carries it, or one that does not exist
// (RFC 3891 3), so the transfer can only fail. Not when the transfer went well all the same: a
// B2BUA may know the dialog by another name.
#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <optional>

#include "correlate/findings/shared/transfer.h"
#include "correlate/model/hash.h"
#include "decode/text.h"

namespace sipladder::dialog_replaces_self {
namespace {

extern const Detector detector;

bool names_itself(const SipIndex& refer, const DialogName& name) {
  return name.is(refer.value(HeaderId::call_id), tag_of(refer.value(HeaderId::from)),
                 tag_of(refer.value(HeaderId::to)));
}

std::string outcome_text(const TransferOutcome& outcome, uint16_t answer) {
  if (outcome.status != 0) return fmt::format("its NOTIFY tells {}", outcome.status);
  return answer == 0 ? std::string("it gets no answer") : fmt::format("it is answered {}", answer);
}

void check_refer(CallContext& context, CallAnalysis* out) {
  std::optional<TransferOutcomes> outcomes;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::refer || !txn.request || txn.request_path) continue;
    if (!context.view.load(context.message(txn.request))) continue;
    const ReferTarget target = refer_target_of(context.view.sip());
    if (!target.replaces || !names_itself(context.view.sip(), *target.replaces)) continue;
    if (!outcomes) outcomes.emplace(context);
    const TransferOutcome outcome = outcomes->after(txn.first_ns);
    if (outcome.status / 100 == 2) continue;
    Finding finding = finding_of(context, detector, id);
    if (outcome.told) finding.evidence.push_back(context.message(outcome.told).frame);
    finding.summary = fmt::format(
        "the REFER from {} names its own dialog in Replaces ({}), and not the one that was to be "
        "replaced: {}",
        endpoint_text(context, txn.src), target.replaces->call_id,
        outcome_text(outcome, txn.final_status));
    finding.explanation =
        "In an attended transfer Replaces names the other call, the one with the transfer target. "
        "Its own dialog cannot be replaced by the call that it asks for.";
    finding.remedy =
        "Report it to the vendor of the phone that sends the REFER: it took Call-ID and tags of "
        "the wrong one of its two calls.";
    finding.rfc = "RFC 3891 3";
    report(out, std::move(finding));
  }
}

bool has_tags(const DialogRecord& dialog, const DialogName& name) {
  const uint64_t to = hash_text(name.to_tag) | 1U, from = hash_text(name.from_tag) | 1U;
  return (dialog.caller_tag_hash == to && dialog.callee_tag_hash == from) ||
         (dialog.caller_tag_hash == from && dialog.callee_tag_hash == to);
}

// Why the named dialog cannot be found, in words; empty when the capture does not tell.
std::string why_missing(const Model& model, CallId named, const DialogName& name,
                        int64_t invite_ns) {
  if (!named) return {};
  for (DialogId d = model.calls[named].first_dialog; d; d = model.dialogs[d].next_in_call) {
    const DialogRecord& dialog = model.dialogs[d];
    if (!has_tags(dialog, name)) continue;
    if (dialog.ended_ns == 0 || dialog.ended_ns > invite_ns) return {};
    return fmt::format("which had ended {} before", seconds_text(invite_ns - dialog.ended_ns));
  }
  return model.calls[named].answer_ns == 0 ? std::string()
                                           : "whose tags no dialog of that call has";
}

using CallsById = absl::flat_hash_map<uint64_t, CallId>;

void tell(CaptureContext& context, const CallsById& calls, TransactionId id,
          std::vector<Finding>* out) {
  const Model& model = context.model;
  const TransactionRecord& txn = model.transactions[id];
  if (!context.view.load(model.messages[txn.request])) return;
  const auto name = parse_replaces(context.view.sip().value(HeaderId::replaces));
  if (!name) return;
  const auto named = calls.find(hash_text(name->call_id) | 1U);
  const std::string why =
      why_missing(model, named == calls.end() ? CallId{} : named->second, *name, txn.first_ns);
  if (why.empty()) return;
  Finding finding = finding_of(detector);
  finding.call = txn.call;
  finding.txn = id;
  finding.message = txn.request;
  finding.evidence = {model.messages[txn.request].frame, model.messages[txn.final_response].frame};
  finding.summary =
      fmt::format("the INVITE to {} is to replace a dialog of {}, {}: answered {}",
                  to_string(model.endpoints[txn.dst]), name->call_id, why, txn.final_status);
  finding.explanation =
      "Replaces names a dialog by Call-ID and both tags, as its receiver knows them.";
  finding.remedy =
      "Look at who wrote Replaces (the REFER of an attended transfer), and at a B2BUA between that "
      "has Call-ID and tags of its own on each side.";
  finding.rfc = "RFC 3891 3";
  report(out, std::move(finding));
}

void check_invites(CaptureContext& context, std::vector<Finding>* out) {
  CallsById calls;
  for (const TransactionId id : context.model.transactions.ids()) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool refused = txn.final_status == 481 && txn.request && txn.method == Method::invite;
    if (!refused || txn.in_dialog || txn.request_path) continue;
    if (calls.empty()) {
      for (const CallId call : context.model.calls.ids())
        calls.emplace(context.model.calls[call].id_hash, call);
    }
    tell(context, calls, id, out);
  }
}

const Detector detector("dialog-replaces-self", Severity::error,
                        "Replaces names the dialog that carries it, or one that does not exist",
                        check_refer, check_invites, {.of_same = {"dialog-transfer"}});

}  // namespace
}  // namespace sipladder::dialog_replaces_self
