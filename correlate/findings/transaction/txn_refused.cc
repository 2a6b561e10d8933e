// txn-refused: a request was refused, and its headers or those of the response show why: what was
// asked for, what is allowed, and whether it was tried again. Offers that are refused for their
// codecs are sdp-no-common-codec, refused credentials txn-auth-failed, refused pings gateway-down.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/refusal.h"
#include "correlate/findings/shared/support.h"
#include "correlate/model/call_label.h"
#include "correlate/sip/transactions.h"
#include "decode/text.h"

namespace sipladder::txn_refused {
namespace {

extern const Detector detector;

// What the headers of the request and of its refusal say.
struct Words {
  std::string asked;    // what the request had, empty when nothing is to be said of it
  std::string allowed;  // what the response says
};

struct Rule {
  uint16_t status;
  HeaderId request_header;  // HeaderId::other: none
  HeaderId response_header;
  std::string_view asked;    // words before the request's value
  std::string_view allowed;  // words before the response's value
  std::string_view remedy;
  std::string_view rfc;
  bool can_be_tried_again;  // a retry with what the response allows would have passed
};

constexpr Rule kRules[] = {
    {422, HeaderId::session_expires, HeaderId::min_se, "a session timer of", "the least allowed is",
     "Set the client's session timer to that value or more; a client that knows RFC 4028 repeats "
     "the request with it.",
     "RFC 4028 6", true},
    {423, HeaderId::expires, HeaderId::min_expires, "asked for", "the least allowed is",
     "Set the client's expiry to that value or more; it should have repeated the request with it.",
     "RFC 3261 10.3", true},
    {420, HeaderId::require, HeaderId::unsupported, "requires", "not supported there is",
     "Switch the extension off at the client, or on at the server.", "RFC 3261 8.2.2.3", true},
    {421, HeaderId::supported, HeaderId::require, "supports", "the server requires",
     "Switch the extension on at the client, or let the server do without.", "RFC 3261 21.4.16",
     true},
    {415, HeaderId::content_type, HeaderId::accept, "the body is", "accepted is",
     "Send a body of a type that the server accepts.", "RFC 3261 21.4.13", true},
    {489, HeaderId::event, HeaderId::allow_events, "the event package is", "known there are",
     "Switch the subscription off at the client, or the package on at the server.",
     "RFC 6665 8.3.2", false},
    {405, HeaderId::other, HeaderId::allow, "", "allowed are",
     "Ask for what the server allows, or send it to the server that does this.", "RFC 3261 21.4.6",
     false},
    {404, HeaderId::other, HeaderId::warning, "", "its Warning is",
     "Look at the number and its domain as they are in the Request-URI, and at the routing of the "
     "server that answers.",
     "RFC 3261 21.4.5", false},
    {480, HeaderId::other, HeaderId::warning, "", "its Warning is",
     "See whether the callee is registered, and what its server says (Reason, Retry-After).",
     "RFC 3261 21.4.18", false},
    {503, HeaderId::other, HeaderId::retry_after, "", "it may be tried again after",
     "Look at the server that answers: overload, no free channel, a trunk that is down. Another "
     "server should have been tried (RFC 3263 4.3).",
     "RFC 3261 21.5.4", false},
    {488, HeaderId::other, HeaderId::warning, "", "its Warning is",
     "Compare what is offered with what the callee can do: media lines, transport, encryption.",
     "RFC 3261 21.4.26", false},
    {606, HeaderId::other, HeaderId::warning, "", "its Warning is",
     "Compare what is offered with what the callee can do: media lines, transport, bandwidth.",
     "RFC 3261 21.6.4", false},
};

const Rule* rule_of(uint16_t status) {
  const auto* const found = std::find_if(std::begin(kRules), std::end(kRules),
                                         [&](const Rule& rule) { return rule.status == status; });
  return found == std::end(kRules) ? nullptr : found;
}

// These refusals are everyday outcomes, so they are told only when the response gives a reason.
bool needs_reason(uint16_t status) {
  return status == 404 || status == 405 || status == 480 || status == 503;
}

bool is_about_media(uint16_t status) {
  return status == 488 || status == 606;
}

std::string header_text(const SipIndex& sip, HeaderId header) {
  return header == HeaderId::other ? std::string() : short_text(sip.value(header));
}

std::string expiry_text(const SipIndex& request) {
  const std::string_view value = request.value(HeaderId::expires);
  if (!value.empty()) return short_text(value);
  const NameAddr contact = parse_name_addr(request.value(HeaderId::contact));
  return short_text(param(contact.params, "expires").value_or(""));
}

// What the request asked for, in words; empty when its headers do not say.
std::string asked_text(const SipIndex& request, const Rule& rule) {
  if (is_about_media(rule.status)) {
    const OfferedMedia offered = offered_media(request);
    return offered.present ? "offered is " + offered.text : "";
  }
  if (rule.status == 404 || rule.status == 480 || rule.status == 405)
    return "the Request-URI is " + short_text(request.request_uri);
  const std::string value =
      rule.status == 423 ? expiry_text(request) : header_text(request, rule.request_header);
  if (value.empty()) return "";
  const bool seconds = rule.status == 422 || rule.status == 423;
  return fmt::format("{} {}{}", rule.asked, seconds ? value.substr(0, value.find(';')) : value,
                     seconds ? " s" : "");
}

std::string allowed_text(const SipIndex& response, const Rule& rule) {
  if (rule.response_header == HeaderId::warning) {
    const auto warning = warning_of(response);
    return warning ? fmt::format("{} {}", rule.allowed, warning->text) : std::string();
  }
  const std::string value = header_text(response, rule.response_header);
  if (value.empty()) return "";
  const bool seconds = rule.status == 422 || rule.status == 423 || rule.status == 503;
  return fmt::format("{} {}{}", rule.allowed, value, seconds ? " s" : "");
}

bool has_same_author(const CallContext& context, const TransactionRecord& a,
                     const TransactionRecord& b) {
  return context.message(a.request).from_caller == context.message(b.request).from_caller;
}

// A later request of the same method with a higher CSeq: of the same party, else of the other one,
// whose re-INVITE may offer what that one refused. Null when there is none.
const TransactionRecord* retry_of(const CallContext& context, const TransactionRecord& txn) {
  const TransactionRecord* of_other = nullptr;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& other = context.model.transactions[id];
    if (other.method != txn.method || other.first_ns <= txn.final_response_ns || !other.request)
      continue;
    if (!has_same_author(context, txn, other)) {
      if (of_other == nullptr && txn.in_dialog) of_other = &other;
    } else if (other.cseq > txn.cseq) {
      return &other;
    }
  }
  return of_other;
}

// The call by which a client tries again at once under a new Call-ID: the same two parties, over
// the same hop, and this time it rings. None when there is no such call.
CallId retried_as(CallContext& context, const TransactionRecord& txn) {
  constexpr int64_t kSoonNs = 5'000'000'000;
  constexpr uint32_t kMostCalls = 64;
  if (txn.method != Method::invite || txn.in_dialog) return {};
  const Model& model = context.model;
  std::string caller, callee;
  for (uint32_t next = context.id.value + 1; next <= context.id.value + kMostCalls; next++) {
    const CallId id{next};
    if (!model.calls.holds(id)) break;
    const CallRecord& call = model.calls[id];
    if (call.start_ns > txn.final_response_ns + kSoonNs) break;
    const bool rings = call.answer_ns != 0 || call.ring_ns != 0;
    if (call.kind != CallKind::call || !call.first_request || !rings ||
        call.start_ns < txn.final_response_ns)
      continue;
    const MessageRecord& invite = model.messages[call.first_request];
    if (invite.method != Method::invite || invite.src != txn.src || invite.dst != txn.dst) continue;
    if (caller.empty() && callee.empty()) {
      const CallNames names = names_of(model, context.id, context.view);
      caller = names.caller;
      callee = names.callee;
    }
    const CallNames names = names_of(model, id, context.view);
    if (names.caller == caller && names.callee == callee) return id;
  }
  return {};
}

// The same request was accepted on another hop: another server was tried.
bool is_accepted_elsewhere(const CallContext& context, const TransactionRecord& txn) {
  return std::any_of(
      context.transactions.begin(), context.transactions.end(), [&](TransactionId id) {
        const TransactionRecord& other = context.model.transactions[id];
        return other.method == txn.method && other.cseq == txn.cseq && other.succeeded();
      });
}

// How much harm the refusal did.
Severity severity_of(const CallContext& context, const TransactionRecord& txn, const Rule& rule,
                     bool retried) {
  constexpr int64_t kPatienceNs = 5'000'000'000;
  if (retried || is_accepted_elsewhere(context, txn)) return Severity::info;
  // A callee that is unknown or not there is no fault of the signalling.
  if (rule.status == 404 || rule.status == 480) return Severity::info;
  if (txn.in_dialog) {
    const int64_t bye_ns = context.call.bye_ns;
    const bool ends =
        bye_ns > txn.final_response_ns && bye_ns - txn.final_response_ns < kPatienceNs;
    return ends ? Severity::warning : Severity::info;
  }
  if (txn.method != Method::invite && txn.method != Method::register_) return Severity::info;
  const bool given_time = watched_until(context.model, txn) - txn.final_response_ns > kPatienceNs;
  return rule.status == 422 || rule.status == 423 ? (given_time ? Severity::error : Severity::info)
                                                  : Severity::warning;
}

bool is_refused(const CallContext& context, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (!txn.request || txn.final_status < 400 || rule_of(txn.final_status) == nullptr) return false;
  if (txn.method == Method::options || txn.method == Method::bye || txn.method == Method::cancel)
    return false;
  if (txn.method == Method::refer) return false;  // dialog-transfer tells of it
  // reg-rejected tells of other refused registrations.
  return txn.method != Method::register_ || txn.final_status == 420 || txn.final_status == 421 ||
         txn.final_status == 423;
}

// sdp-no-common-codec tells this refusal.
bool is_told_by_codecs(CallContext& context, const TransactionRecord& txn) {
  return is_about_media(txn.final_status) && txn.method == Method::invite && !txn.in_dialog &&
         context.call.answer_ns == 0 && txn.final_status == context.call.final_status &&
         refuses_codecs(context, txn);
}

std::string again_text(const CallContext& context, const TransactionRecord& txn,
                       const TransactionRecord* retry) {
  if (retry == nullptr) return "it is not tried again";
  return fmt::format("{}{} (frame {})",
                     has_same_author(context, txn, *retry) ? "it is tried again"
                                                           : "the other party sends one of its own",
                     retry->succeeded() ? " and accepted" : "",
                     context.message(retry->request).frame);
}

std::string again_text(const CallContext& context, const CallRecord& call) {
  return fmt::format("it is tried again under another Call-ID{} (frame {})",
                     call.answer_ns != 0 ? " and accepted" : "",
                     context.message(call.first_request).frame);
}

void tell(CallContext& context, TransactionId id, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  const Rule& rule = *rule_of(txn.final_status);
  if (is_told_by_codecs(context, txn)) return;
  Words words;
  if (context.view.load(context.message(txn.request)))
    words.asked = asked_text(context.view.sip(), rule);
  if (context.view.load(context.message(txn.final_response)))
    words.allowed = allowed_text(context.view.sip(), rule);
  if (words.allowed.empty() && needs_reason(rule.status)) return;
  const TransactionRecord* retry = retry_of(context, txn);
  const CallId other = retry == nullptr ? retried_as(context, txn) : CallId{};
  Finding finding = finding_of(context, detector, id);
  finding.message = txn.final_response;
  finding.severity = severity_of(context, txn, rule, retry != nullptr || other);
  finding.evidence.push_back(context.message(txn.final_response).frame);
  if (retry != nullptr) finding.evidence.push_back(context.message(retry->request).frame);
  finding.summary = fmt::format(
      "{} refuses the {}{} with {}{}{}; {}", endpoint_text(context, txn.dst),
      txn.in_dialog && txn.method == Method::invite ? "re-" : "", to_string(txn.method),
      txn.final_status, words.asked.empty() ? "" : ": " + words.asked,
      words.allowed.empty() ? "" : (words.asked.empty() ? ": " : ", ") + words.allowed,
      other ? again_text(context, context.model.calls[other]) : again_text(context, txn, retry));
  finding.explanation = rule.can_be_tried_again
                            ? "The response says what would be accepted; the client can send the "
                              "request again so."
                            : "The headers of the response give the reason, if any does.";
  finding.remedy = std::string(rule.remedy);
  finding.rfc = rule.rfc;
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  std::vector<TransactionId> refused;
  for (const TransactionId id : context.transactions) {
    if (is_refused(context, id)) refused.push_back(id);
  }
  if (refused.empty()) return;
  for (const TransactionId id : Hops(context).last_of(refused)) tell(context, id, out);
}

const Detector detector(
    "txn-refused", Severity::warning,
    "a request was refused for what it asks: what that was, what is allowed, whether it was tried "
    "again (error when a retry would have saved the call, info when there was one)",
    check);

}  // namespace
}  // namespace sipladder::txn_refused
