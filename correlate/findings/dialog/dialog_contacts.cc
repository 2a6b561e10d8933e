// dialog-contacts: a 2xx to INVITE has several Contacts, and which of them the other side takes as
// remote target is chance. An error when the ACK goes to one that does not bring it to the callee.
#include <fmt/format.h>

#include "correlate/findings/shared/repeated_2xx.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::dialog_contacts {
namespace {

extern const Detector detector;

constexpr size_t kShown = 4;

std::string contacts_text(CallContext& context, const MessageRecord& accepted) {
  if (!context.view.load(accepted)) return {};
  const auto contacts = header_values(context.view.sip(), HeaderId::contact);
  return fmt::format("{} Contacts: {}", contacts.size(),
                     list_text(contacts, kShown, [](std::string_view value) {
                       return std::string(parse_name_addr(value).uri);
                     }));
}

// Adds that the ACK does not come to the callee. The proof is the 2xx, which the callee repeats.
void add_lost_ack(CallContext& context, const Repeated2xx& repeated, Finding* finding) {
  finding->severity = Severity::error;
  const std::string times = repeats_text(context, repeated, finding);
  std::string ack = "no ACK is seen";
  if (repeated.trace.ack) {
    const TransactionRecord& txn = context.model.transactions[repeated.trace.ack];
    const std::vector<uint32_t> frames = frames_of(context, txn, true);
    finding->evidence.insert(finding->evidence.end(), frames.begin(), frames.end());
    if (context.view.load(context.message(txn.request)))
      ack = fmt::format("the ACK asks for {}", context.view.sip().request_uri);
  }
  finding->summary += fmt::format("; {}, and the {} is {}{}", ack,
                                  context.model.transactions[repeated.invite].final_status, times,
                                  ending_text(context, repeated, finding));
}

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || !txn.final_response) continue;
    const MessageRecord& accepted = context.message(txn.final_response);
    if (!accepted.many_contacts) continue;
    Finding finding = finding_of(context, detector, id);
    finding.message = txn.final_response;
    finding.evidence = {accepted.frame};
    finding.summary =
        fmt::format("the {} from {} has {}", txn.final_status, endpoint_text(context, accepted.src),
                    contacts_text(context, accepted));
    const std::optional<Repeated2xx> repeated = unacknowledged_2xx(context);
    if (repeated && context.model.transactions[repeated->invite].cseq == txn.cseq)
      add_lost_ack(context, *repeated, &finding);
    finding.explanation =
        "A dialog has one remote target on each side. The caller takes one of the Contacts, mostly "
        "the first, for its ACK and all that follows.";
    finding.remedy = "Let the callee, or the proxy before it, answer with one Contact.";
    finding.rfc = "RFC 3261 12.1.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("dialog-contacts", Severity::warning,
                        "a 2xx to INVITE has several Contacts (error when the ACK gets lost)",
                        check, {.of_same = {"txn-ack-missing", "dialog-wrong-target"}});

}  // namespace
}  // namespace sipladder::dialog_contacts
