// Registrations and subscriptions as phones, registrars and tables of both have them: every six
// bytes are a message.
#include <fmt/format.h>

#include "tests/fuzz/choices.h"
#include "tests/fuzz/examine.h"
#include "tests/fuzz/made_captures.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {
namespace {

constexpr size_t kMaxMessages = 300;  // all that is printed of 2,000 took half a minute
constexpr int kRegistrar = 200;

struct Party {
  size_t user, call, contact;
  int host() const { return 1 + static_cast<int>(user); }
};

std::string contact_line(const Party& party, Choices& choices) {
  static constexpr const char* kExpires[] = {"",
                                             ";expires=0",
                                             ";expires=60",
                                             ";expires=x",
                                             ";expires=-1",
                                             ";expires=4294967295",
                                             ";q=0.5",
                                             ";+sip.instance=\"<urn:uuid:1>\""};
  if (choices.below(8) == 7) return "Contact: *\r\n";
  return fmt::format("Contact: <sip:u{}@192.0.2.{}:{}>{}\r\n", party.user, 1 + party.contact,
                     5060 + party.contact, choices.of(kExpires));
}

std::string common(const Party& party, size_t number, const char* method, Choices& choices) {
  const size_t branch = choices.below(8) == 0 ? 1 : number;
  return fmt::format(
      "Via: SIP/2.0/UDP 192.0.2.{};branch=z9hG4bK{}\r\nFrom: <sip:u{}@example.com>;tag=f{}\r\n"
      "To: <sip:u{}@example.com>{}\r\nCall-ID: c{}\r\nCSeq: {} {}\r\n",
      party.host(), branch, party.user, party.call, party.user,
      choices.below(3) == 0 ? ";tag=t" : "", party.call, choices.below(4) == 0 ? 1 : number,
      method);
}

std::string request(const Party& party, size_t number, Choices& choices) {
  static constexpr const char* kMethods[] = {"REGISTER", "REGISTER", "SUBSCRIBE", "NOTIFY"};
  static constexpr const char* kExtra[] = {
      "",
      "Expires: 0\r\n",
      "Expires: 3600\r\n",
      "Expires: junk\r\n",
      "Authorization: Digest username=\"u\",realm=\"r\",nonce=\"n\",response=\"0\"\r\n",
      "Subscription-State: terminated;reason=timeout\r\n",
      "Subscription-State: active;expires=60\r\n",
      "Event: presence\r\n"};
  const char* const method = choices.of(kMethods);
  return fmt::format("{} sip:example.com SIP/2.0\r\n", method) +
         common(party, number, method, choices) + contact_line(party, choices) +
         choices.of(kExtra) + choices.of(kExtra) + "Content-Length: 0\r\n\r\n";
}

std::string response(const Party& party, size_t number, Choices& choices) {
  static constexpr const char* kStatuses[] = {"200 OK",        "401 Unauthorized", "403 Forbidden",
                                              "423 Too Brief", "404 Not Found",    "100 Trying",
                                              "481 Gone",      "202 Accepted"};
  static constexpr const char* kExtra[] = {
      "", "Min-Expires: 60\r\n", "Expires: 60\r\n",
      "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",stale=true\r\n"};
  std::string text =
      fmt::format("SIP/2.0 {}\r\n", choices.of(kStatuses)) +
      common(party, number, choices.below(4) == 3 ? "SUBSCRIBE" : "REGISTER", choices);
  for (size_t contacts = choices.below(4); contacts > 0; contacts--)
    text += contact_line({party.user, party.call, choices.below(6)}, choices);
  return text + choices.of(kExtra) + "Content-Length: 0\r\n\r\n";
}

}  // namespace

std::string registrations(std::string_view input) {
  static constexpr int64_t kSteps[] = {1'000'000, 500'000'000, 30'000'000'000, 3'600'000'000'000};
  Choices choices(input);
  std::vector<build::TimedPacket> packets;
  int64_t now_ns = kMadeStartNs;
  size_t number = 1;
  while (choices.any() && packets.size() < kMaxMessages) {
    now_ns += choices.of(kSteps);
    const Party party{choices.below(4), choices.below(4), choices.below(6)};
    const bool asks = choices.below(2) == 0;
    if (asks) number++;
    const std::string text =
        asks ? request(party, number, choices) : response(party, number, choices);
    const int from = asks ? party.host() : kRegistrar;
    add_datagram(&packets, now_ns, from, asks ? kRegistrar : party.host(), text);
  }
  return examine({build::pcap(packets)});
}

}  // namespace sipladder::fuzz
