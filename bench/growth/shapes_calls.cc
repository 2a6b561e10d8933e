// Shapes with many calls, and with one call that has many of something.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

std::string text_of(int i) {
  return std::to_string(i);
}

void forth(Capture& out, const Sip& sip) {
  out.udp(kAlice, kBob, sip.text());
}
void back(Capture& out, const Sip& sip) {
  out.udp(kBob, kAlice, sip.text());
}

// Writes an answered call, and returns its ACK, from which later requests are made.
Sip answered(Capture& out) {
  Sip invite;
  forth(out, invite);
  back(out, invite.answer(200));
  Sip within = invite.as("ACK", "ack", 1);
  within.to_tag = "b";
  forth(out, within);
  return within;
}

void one_each(Capture& out, int n, std::string_view method) {
  for (int i = 0; i < n; i++) {
    Sip sip = Sip{}.as(method, text_of(i), 1);
    sip.call = "c" + text_of(i);
    forth(out, sip);
  }
}
void invites(Capture& out, int n) {
  one_each(out, n, "INVITE");
}
void pings(Capture& out, int n) {
  one_each(out, n, "OPTIONS");
}

void exchanges(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    const Sip info = call.as("INFO", "i" + text_of(i), 2 + static_cast<uint64_t>(i));
    forth(out, info);
    back(out, info.answer(200));
  }
}

void reinvites(Capture& out, int n, bool with_rtp) {
  out.step(20'000'000);
  Host from = kAlice, to = kBob;
  from.port = 10'000;
  to.port = 20'000;
  for (int i = 0; i < n; i++) {
    const uint64_t number = static_cast<uint64_t>(i) + 1;
    Sip invite;
    invite.branch = text_of(i);
    invite.cseq = number;
    if (i > 0) invite.to_tag = "b";
    invite.sdp = sdp_of(from, number);
    forth(out, invite);
    back(out, invite.answer(200, "b", sdp_of(to, number)));
    Sip ack = invite.as("ACK", "a" + text_of(i), number);
    ack.to_tag = "b";
    forth(out, ack);
    if (!with_rtp) continue;
    const auto sequence = static_cast<uint16_t>(i);
    out.udp(from, to, Rtp{.ssrc = 1, .sequence = sequence}.bytes());
    out.udp(to, from, Rtp{.ssrc = 2, .sequence = sequence}.bytes());
  }
}
void reinvites_alone(Capture& out, int n) {
  reinvites(out, n, false);
}
void reinvites_with_rtp(Capture& out, int n) {
  reinvites(out, n, true);
}

// n re-INVITEs with offers that are never answered.
void offers(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    Sip invite = call.as("INVITE", "r" + text_of(i), 2 + static_cast<uint64_t>(i));
    invite.sdp = sdp_of(kAlice, static_cast<uint64_t>(i));
    forth(out, invite);
  }
}

// Late offers: in the 2xx to INVITEs without SDP.
void late_offers(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    const uint64_t number = 2 + static_cast<uint64_t>(i);
    const Sip invite = call.as("INVITE", "r" + text_of(i), number);
    forth(out, invite);
    back(out, invite.answer(200, "b", sdp_of(kBob, number)));
    Sip ack = call.as("ACK", "k" + text_of(i), number);
    ack.sdp = sdp_of(kAlice, number);
    forth(out, ack);
  }
}

void holds(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    const uint64_t number = 2 + static_cast<uint64_t>(i);
    Sip invite = call.as("INVITE", "r" + text_of(i), number);
    invite.sdp = sdp_of(kAlice, number, i % 2 == 0 ? "a=sendonly\r\n" : "a=sendrecv\r\n");
    forth(out, invite);
    back(out, invite.answer(200, "b", sdp_of(kBob, number, i % 2 == 0 ? "a=recvonly\r\n" : "")));
    forth(out, call.as("ACK", "k" + text_of(i), number));
  }
}

void fork(Capture& out, int n, int status, bool with_sdp) {
  const Sip invite;
  forth(out, invite);
  for (int i = 0; i < n; i++) {
    const std::string tag = "f" + text_of(i);
    const Host media{kBob.ip, static_cast<uint16_t>(20'000 + 2 * (i % 1000))};
    back(out, invite.answer(status, tag, with_sdp ? sdp_of(media) : std::string()));
    if (status != 200) continue;
    Sip ack = invite.as("ACK", "k" + text_of(i), 1);
    ack.to_tag = tag;
    forth(out, ack);
  }
}
void early_forks(Capture& out, int n) {
  fork(out, n, 180, false);
}
void answered_forks(Capture& out, int n) {
  fork(out, n, 200, false);
}
void answered_forks_with_sdp(Capture& out, int n) {
  fork(out, n, 200, true);
}

void from_tags(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip invite;
    invite.branch = text_of(i);
    invite.from_tag = "t" + text_of(i);
    forth(out, invite);
    back(out, invite.answer(200, invite.from_tag));
  }
}

void copies(Capture& out, int n) {
  const Sip invite;
  for (int i = 0; i < n; i++) forth(out, invite);
}

void provisionals(Capture& out, int n) {
  const Sip invite;
  forth(out, invite);
  for (int i = 0; i < n; i++) {
    Sip progress = invite.answer(183);
    progress.headers = "X-Number: " + text_of(i) + "\r\n";
    back(out, progress);
  }
}

void one_branch(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip invite;
    invite.call = "c" + text_of(i);
    forth(out, invite);
  }
}
void one_branch_many_numbers(Capture& out, int n) {
  for (int i = 0; i < n; i++) forth(out, Sip{}.as("INVITE", "1", static_cast<uint64_t>(i) + 1));
}

void transfers(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    const uint64_t number = 2 * static_cast<uint64_t>(i) + 2;
    Sip refer = call.as("REFER", "r" + text_of(i), number);
    refer.headers = "Refer-To: <sip:carol@example.net>\r\n";
    forth(out, refer);
    back(out, refer.answer(202));
    Sip notify = call.as("NOTIFY", "n" + text_of(i), number + 1);
    notify.headers = "Event: refer\r\nSubscription-State: active\r\n";
    forth(out, notify);
    back(out, notify.answer(200));
  }
}

void requests(Capture& out, int n, std::string_view method) {
  for (int i = 0; i < n; i++) {
    Sip sip = Sip{}.as(method, text_of(i), static_cast<uint64_t>(i) + 1);
    sip.to_tag = "b";
    forth(out, sip);
  }
}
void acks(Capture& out, int n) {
  requests(out, n, "ACK");
}
void byes(Capture& out, int n) {
  requests(out, n, "BYE");
}

void refusals(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Sip invite = Sip{}.as("INVITE", text_of(i), static_cast<uint64_t>(i) + 1);
    forth(out, invite);
    back(out, invite.answer(486));
    Sip ack = invite.as("ACK", invite.branch, invite.cseq);
    ack.to_tag = "b";
    forth(out, ack);
  }
}

void cancels(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Sip invite = Sip{}.as("INVITE", text_of(i), static_cast<uint64_t>(i) + 1);
    forth(out, invite);
    forth(out, invite.as("CANCEL", invite.branch, invite.cseq));
  }
}

void pracks(Capture& out, int n) {
  Sip invite;
  invite.headers = "Supported: 100rel\r\n";
  forth(out, invite);
  for (int i = 1; i <= n; i++) {
    Sip progress = invite.answer(183);
    progress.headers = "Require: 100rel\r\nRSeq: " + text_of(i) + "\r\n";
    back(out, progress);
    Sip prack = invite.as("PRACK", "p" + text_of(i), static_cast<uint64_t>(i) + 1);
    prack.to_tag = "b";
    prack.headers = "RAck: " + text_of(i) + " 1 INVITE\r\n";
    forth(out, prack);
    back(out, prack.answer(200));
  }
}

void updates(Capture& out, int n) {
  const Sip call = answered(out);
  for (int i = 0; i < n; i++) {
    const uint64_t number = 2 + static_cast<uint64_t>(i);
    const auto port = static_cast<uint16_t>(10'000 + 2 * (i % 20'000));
    Sip update = call.as("UPDATE", "u" + text_of(i), number);
    update.headers = "Session-Expires: 90\r\n";
    update.sdp = sdp_of({kAlice.ip, port}, number);
    forth(out, update);
    back(out, update.answer(200, "b", sdp_of({kBob.ip, port}, number)));
  }
}

// One INVITE on its way from host to host.
void hops(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    Sip invite;
    invite.branch = text_of(i);
    const uint32_t ip = kAlice.ip + static_cast<uint32_t>(i);
    out.udp({ip}, {ip + 1}, invite.text());
    out.udp({ip + 1}, {ip}, invite.answer(180).text());
  }
}

// Requests with one Call-ID, each between another pair of hosts.
void endpoints(Capture& out, int n) {
  for (int i = 0; i < n; i++) {
    const Host from = out.random_host(static_cast<uint16_t>(1024 + out.random() % 32'768));
    out.udp(from, out.random_host(5060), Sip{}.as("OPTIONS", text_of(i), 1).text());
  }
}

}  // namespace

const std::vector<Shape> kCallShapes = {
    {"invites", "calls of one INVITE", 8'000, invites},
    {"pings", "OPTIONS", 8'000, pings},
    {"exchanges", "INFOs in a call", 4'000, exchanges},
    {"reinvites", "re-INVITEs in a call", 4'000, reinvites_alone},
    {"reinvites-rtp", "re-INVITEs in a call with RTP", 4'000, reinvites_with_rtp},
    {"offers", "re-INVITEs without answer", 4'000, offers},
    {"late-offers", "offers in a 2xx", 4'000, late_offers},
    {"holds", "holds and resumes", 4'000, holds},
    {"early-forks", "early dialogs of an INVITE", 4'000, early_forks},
    {"forks", "2xx of an INVITE", 4'000, answered_forks},
    {"forks-sdp", "2xx with SDP of an INVITE", 4'000, answered_forks_with_sdp},
    {"from-tags", "INVITEs of a Call-ID with From tags of their own", 4'000, from_tags},
    {"copies", "copies of an INVITE", 8'000, copies},
    {"provisionals", "183s to an INVITE", 8'000, provisionals},
    {"branch", "calls with one branch", 8'000, one_branch},
    {"branch-numbers", "INVITEs of a call with one branch", 4'000, one_branch_many_numbers},
    {"transfers", "REFERs in a call", 4'000, transfers},
    {"acks", "ACKs of a call", 4'000, acks},
    {"byes", "BYEs of a call", 4'000, byes},
    {"refusals", "INVITEs of a call, refused", 4'000, refusals},
    {"cancels", "INVITEs of a call, cancelled", 4'000, cancels},
    {"pracks", "reliable 183s", 4'000, pracks},
    {"updates", "UPDATEs in a call", 4'000, updates},
    {"hops", "hops of an INVITE", 4'000, hops},
    {"endpoints", "pairs of hosts", 8'000, endpoints},
};

}  // namespace sipladder::growth
