// Shapes with registrations and subscriptions.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

Sip registration(int i) {
  Sip sip;
  sip.method = "REGISTER";
  sip.branch = std::to_string(i);
  sip.cseq = static_cast<uint64_t>(i) + 1;
  sip.to = sip.from;
  // Longer than the largest capture. If bindings expired in the largest capture only, its many
  // findings would take time that the smaller ones do not need.
  sip.headers = "Expires: 7200\r\n";
  return sip;
}

void exchange(Capture& out, const Sip& request, const Sip& response) {
  out.udp(kAlice, kBob, request.text());
  out.udp(kBob, kAlice, response.text());
}

std::string contact_of(int i) {
  const std::string host = std::to_string(i >> 16 & 255) + "." + std::to_string(i >> 8 & 255) +
                           "." + std::to_string(i & 255);
  return "<sip:alice@10." + host + ">";
}

void refreshes(Capture& out, int n) {
  for (int i = 0; i < n; i++) exchange(out, registration(i), registration(i).answer(200));
}

void call_ids(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.call = "r" + std::to_string(i);
    exchange(out, sip, sip.answer(200));
  }
}

// A client whose contact is another one each time, as behind some NATs.
void contacts(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.contact = contact_of(i);
    exchange(out, sip, sip.answer(200));
  }
}

// n devices of one address of record. The registrar lists only the own contact to each.
void devices(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.call = "r" + std::to_string(i);
    sip.contact = contact_of(i);
    exchange(out, sip, sip.answer(200));
  }
}

// A registrar that lists no contact in its 2xx.
void unlisted(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.contact = contact_of(i);
    Sip granted = sip.answer(200);
    granted.contact.clear();
    exchange(out, sip, granted);
  }
}

// One REGISTER of n contacts, answered with all of them.
void contact_list(Capture& out, int n) {
  Sip sip = registration(0);
  sip.contact = contact_of(0);
  for (int i = 1; i < n; i++) sip.contact += "," + contact_of(i);
  out.tcp_stream(kAlice, kBob, sip.text());
  out.tcp_stream(kBob, kAlice, sip.answer(200).text());
}

void addresses(Capture& out, int n, int status) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.call = "r" + std::to_string(i);
    sip.from = sip.to = "u" + std::to_string(i);
    Sip response = sip.answer(status);
    if (status == 401) {
      sip.headers =
          "Authorization: Digest username=\"a\",realm=\"r\",nonce=\"n\",uri=\"sip:example.org\","
          "response=\"00000000000000000000000000000000\"\r\n";
      response.headers = "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n";
    }
    exchange(out, sip, response);
  }
}
void accepted_addresses(Capture& out, int n) {
  addresses(out, n, 200);
}
void refused_addresses(Capture& out, int n) {
  addresses(out, n, 401);
}

void subscribe(Capture& out, int n, bool with_new_tags) {
  for (int i = 0; i < n; i++) {
    Sip sip = registration(i);
    sip.method = "SUBSCRIBE";
    sip.to = "bob";
    sip.headers += "Event: presence\r\n";
    if (i > 0 && !with_new_tags) sip.to_tag = "b";
    exchange(out, sip, sip.answer(200, with_new_tags ? "t" + std::to_string(i) : "b"));
  }
}
void subscription_refreshes(Capture& out, int n) {
  subscribe(out, n, false);
}
void subscriptions(Capture& out, int n) {
  subscribe(out, n, true);
}

}  // namespace

const std::vector<Shape> kRegistrationShapes = {
    {"register", "refreshes of a contact", 8'000, refreshes},
    {"register-call-ids", "Call-IDs of a contact", 8'000, call_ids},
    {"register-contacts", "contacts of a client, one after the other", 8'000, contacts},
    {"register-devices", "devices of an address", 8'000, devices},
    {"register-unlisted", "contacts that are never listed", 8'000, unlisted},
    {"register-list", "contacts in one REGISTER", 8'000, contact_list},
    {"register-addresses", "addresses", 8'000, accepted_addresses},
    {"register-refused", "addresses, refused", 8'000, refused_addresses},
    {"subscribe", "refreshes of a subscription", 8'000, subscription_refreshes},
    {"subscribe-tags", "subscriptions of a Call-ID", 4'000, subscriptions},
};

}  // namespace sipladder::growth
