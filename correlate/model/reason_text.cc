#include "correlate/model/reason_text.h"

#include <charconv>
#include <iterator>

#include "decode/text.h"

namespace sipladder {
namespace {

struct Cause {
  int number;
  std::string_view meaning;
};

// ITU-T Q.850, table 1.
constexpr Cause kQ850[] = {
    {1, "unallocated number"},
    {2, "no route to specified transit network"},
    {3, "no route to destination"},
    {4, "send special information tone"},
    {5, "misdialled trunk prefix"},
    {6, "channel unacceptable"},
    {7, "call awarded and being delivered in an established channel"},
    {8, "preemption"},
    {9, "preemption, circuit reserved for reuse"},
    {14, "query on release: ported number"},
    {16, "normal call clearing"},
    {17, "user busy"},
    {18, "no user responding"},
    {19, "no answer from user"},
    {20, "subscriber absent"},
    {21, "call rejected"},
    {22, "number changed"},
    {23, "redirection to new destination"},
    {24, "call rejected due to feature at the destination"},
    {25, "exchange routing error"},
    {26, "non-selected user clearing"},
    {27, "destination out of order"},
    {28, "invalid number format"},
    {29, "facility rejected"},
    {30, "response to STATUS ENQUIRY"},
    {31, "normal, unspecified"},
    {34, "no circuit or channel available"},
    {38, "network out of order"},
    {39, "permanent frame mode connection out of service"},
    {40, "permanent frame mode connection operational"},
    {41, "temporary failure"},
    {42, "switching equipment congestion"},
    {43, "access information discarded"},
    {44, "requested circuit or channel not available"},
    {46, "precedence call blocked"},
    {47, "resource unavailable, unspecified"},
    {49, "quality of service not available"},
    {50, "requested facility not subscribed"},
    {53, "outgoing calls barred within closed user group"},
    {55, "incoming calls barred within closed user group"},
    {57, "bearer capability not authorized"},
    {58, "bearer capability not presently available"},
    {62, "inconsistency in access information and subscriber class"},
    {63, "service or option not available, unspecified"},
    {65, "bearer capability not implemented"},
    {66, "channel type not implemented"},
    {69, "requested facility not implemented"},
    {70, "only restricted digital information bearer capability is available"},
    {79, "service or option not implemented, unspecified"},
    {81, "invalid call reference value"},
    {82, "identified channel does not exist"},
    {83, "a suspended call exists, but this call identity does not"},
    {84, "call identity in use"},
    {85, "no call suspended"},
    {86, "call having the requested call identity has been cleared"},
    {87, "user not member of closed user group"},
    {88, "incompatible destination"},
    {90, "non-existent closed user group"},
    {91, "invalid transit network selection"},
    {95, "invalid message, unspecified"},
    {96, "mandatory information element is missing"},
    {97, "message type non-existent or not implemented"},
    {98, "message not compatible with call state, or non-existent"},
    {99, "information element or parameter non-existent or not implemented"},
    {100, "invalid information element contents"},
    {101, "message not compatible with call state"},
    {102, "recovery on timer expiry"},
    {103, "parameter non-existent or not implemented, passed on"},
    {110, "message with unrecognized parameter discarded"},
    {111, "protocol error, unspecified"},
    {127, "interworking, unspecified"},
};

std::string_view meaning_of(std::string_view cause) {
  int number = 0;
  std::from_chars(cause.data(), cause.data() + cause.size(), number);
  return q850_meaning(number);
}

// `Q.850;cause=16;text="Terminated"`
std::string in_words(std::string_view value) {
  const std::string_view protocol = trim(value.substr(0, value.find(';')));
  const std::string_view cause = param(value, "cause").value_or("");
  const std::string text = unfold(param(value, "text").value_or(""));
  std::string_view words = text;
  if (words.size() >= 2 && words.front() == '"' && words.back() == '"')
    words = words.substr(1, words.size() - 2);
  if (words.empty() && equal_no_case(protocol, "Q.850")) words = meaning_of(cause);
  if (cause.empty()) return words.empty() ? unfold(value) : std::string(words);
  const std::string number = std::string(protocol) + " " + std::string(cause);
  return words.empty() ? number : std::string(words) + " (" + number + ")";
}

}  // namespace

std::string_view q850_meaning(int cause) {
  for (const Cause& row : kQ850) {
    if (row.number == cause) return row.meaning;
  }
  return {};
}

std::string reason_text(const SipIndex& sip) {
  std::string all;
  for (const std::string_view value : header_values(sip, HeaderId::reason)) {
    all.append(all.empty() ? "" : "; ").append(in_words(value));
  }
  return all;
}

}  // namespace sipladder
