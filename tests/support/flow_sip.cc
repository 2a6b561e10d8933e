#include "tests/support/flow_sip.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace sipladder::build {
namespace {

Payload payload_of(const Line& line, const SentMessage& sent) {
  const uint8_t protocol = line.src.tcp ? 6 : 17;
  return {line.time_ns, sent.bytes, sent.ip_id, protocol, line.has("unseen")};
}

// The newest request of a method (or the newest answer to it with this status) from `src` to `dst`;
// "" for any. Null without one.
const Message* newest(const FlowCall& call, const std::string& status, const std::string& method,
                      const std::string& src, const std::string& dst) {
  for (auto it = call.sent.rbegin(); it != call.sent.rend(); ++it) {
    if (it->raw || it->message.method() != method) continue;
    if (!dst.empty() && it->dst.name != dst) continue;
    if (!src.empty() && it->src.name != src) continue;
    const bool request = it->message.is_request();
    if (status.empty() ? request : !request && it->message.start.substr(8, 3) == status) {
      return &it->message;
    }
  }
  return nullptr;
}

// ---- requests

// The first request of a call says who calls whom.
void begin(const Line& line, const std::string& uri, FlowCall* call) {
  const std::string target = uri.substr(uri.find(':') + 1);
  const size_t at = target.find('@');
  call->caller = line.value("from", line.src.name);
  call->callee = line.value("to", at == std::string::npos ? line.dst.name : target.substr(0, at));
  call->caller_tag = line.value("fromtag", call->caller + "-tag");
  call->caller_host = line.src.name;
}

// By the callee where by= says so, or when the host that sends it has answered in this call.
bool is_by_callee(const Line& line, const FlowCall& call) {
  const std::string by = line.value("by", "");
  if (!by.empty()) return by == "callee";
  if (line.src.name == call.caller_host) return false;
  return std::any_of(call.host_of_tag.begin(), call.host_of_tag.end(),
                     [&](const auto& answer) { return answer.second == line.src.name; });
}

// ACK and CANCEL have the number of their INVITE; anything else the next one of its party.
int cseq_of(const Line& line, const std::string& party, FlowCall* call) {
  const std::string& method = line.words[0];
  if (line.values.contains("cseq")) return call->cseq[party] = line.integer("cseq", 0);
  if (method == "ACK" || method == "CANCEL") {
    const Message* invite = newest(*call, "", "INVITE", "", "");
    if (invite != nullptr) return std::atoi(invite->get("CSeq").c_str());
  }
  return ++call->cseq[party];
}

std::string new_via(const Line& line, const FlowCall& call, int cseq) {
  const std::string sent_by = line.value("via", line.src.text());
  const std::string branch = line.value("branch", "z9hG4bK-" + line.src.name + "-" + call.id + "-" +
                                                      line.words[0] + std::to_string(cseq));
  return (line.src.tcp ? "SIP/2.0/TCP " : "SIP/2.0/UDP ") + sent_by + ";rport" +
         (branch == "-" ? "" : ";branch=" + branch);
}

// A CANCEL, and the ACK of a failure, are of their INVITE's transaction.
std::string via_of(const Line& line, const FlowCall& call, int cseq) {
  const std::string& method = line.words[0];
  if (method == "CANCEL" || (method == "ACK" && line.has("non2xx"))) {
    const Message* invite = newest(call, "", "INVITE", line.src.name, line.dst.name);
    if (invite != nullptr) return invite->get("Via");
  }
  return new_via(line, call, cseq);
}

std::string name_addr(const std::string& user, const std::string& tag) {
  return "<sip:" + user + "@example.com>" + (tag.empty() ? "" : ";tag=" + tag);
}

std::string contact(const std::string& user, const Host& host) {
  return "<sip:" + user + "@" + host.text() + ">";
}

bool has_contact(const std::string& method) {
  return method == "INVITE" || method == "REGISTER" || method == "SUBSCRIBE" || method == "REFER" ||
         method == "UPDATE" || method == "NOTIFY";
}

Message request(const Line& line, FlowCall* call) {
  const std::string& method = line.words[0];
  std::string uri = line.words.size() > 1 ? line.words[1] : "";
  if (call->caller.empty()) begin(line, uri, call);

  const bool by_callee = is_by_callee(line, *call);
  const std::string& author = by_callee ? call->callee : call->caller;
  const std::string& peer = by_callee ? call->caller : call->callee;
  if (uri.empty()) uri = "sip:" + peer + "@" + line.dst.text();
  const std::string caller_tag =
      by_callee ? call->caller_tag : line.value("fromtag", call->caller_tag);
  std::string callee_tag = line.value("totag", method == "CANCEL" ? "" : call->callee_tag);
  if (callee_tag == "-") callee_tag.clear();
  const int cseq = cseq_of(line, by_callee ? "callee" : "caller", call);

  Message message;
  message.start = method + " " + uri + " SIP/2.0";
  message.headers = {{"Via", via_of(line, *call, cseq)},
                     {"Max-Forwards", "70"},
                     {"From", name_addr(author, by_callee ? callee_tag : caller_tag)},
                     {"To", name_addr(peer, by_callee ? caller_tag : callee_tag)},
                     {"Call-ID", call->id},
                     {"CSeq", std::to_string(cseq) + " " + method}};
  if (has_contact(method)) message.headers.emplace_back("Contact", contact(author, line.src));
  return message;
}

Message forwarded_request(const Line& line, const FlowCall& call, std::string* error) {
  const std::string& method = line.words[0];
  const Message* received = newest(call, "", method, "", line.src.name);
  if (received == nullptr) {
    *error = "nothing to forward";
    return {};
  }
  Message message = *received;
  const int cseq = std::atoi(message.get("CSeq").c_str());
  message.headers.insert(message.headers.begin(), {"Via", new_via(line, call, cseq)});
  message.set("Max-Forwards", std::to_string(std::atoi(message.get("Max-Forwards").c_str()) - 1));
  if (line.words.size() > 1 && line.words[1] != "fwd") {
    message.start = method + " " + line.words[1] + " SIP/2.0";
  }
  return message;
}

// ---- responses

struct ResponseWords {  // STATUS [Reason Phrase] [(METHOD)] [fwd]
  std::string status;
  std::string method = "INVITE";
  std::string reason;
};

ResponseWords read_response_words(const Line& line) {
  ResponseWords read;
  read.status = line.words[0];
  for (size_t i = 1; i < line.words.size(); i++) {
    const std::string& word = line.words[i];
    if (word[0] == '(') {
      read.method = word.substr(1, word.size() - 2);
    } else if (word != "fwd") {
      read.reason += (read.reason.empty() ? "" : " ") + word;
    }
  }
  if (read.reason.empty()) read.reason = reason_phrase(read.status);
  return read;
}

// The To tag of an answer to a request without one; the dialog has it when it is no failure's.
void tag_response(const Line& line, const ResponseWords& words, FlowCall* call, Message* message) {
  std::string* to = message->find("To");
  if (to == nullptr || to->find(";tag=") != std::string::npos) return;
  const std::string tag = line.value("totag", call->callee + "-tag");
  if (tag == "-") return;
  *to += ";tag=" + tag;
  call->host_of_tag.try_emplace(tag, line.src.name);
  const bool dialog =
      words.method == "INVITE" || words.method == "SUBSCRIBE" || words.method == "REFER";
  if (dialog && words.status[0] <= '2') call->callee_tag = tag;
}

Message response(const Line& line, const ResponseWords& words, FlowCall* call, std::string* error) {
  const auto& [status, method, reason] = words;
  const Message* asked = newest(*call, "", method, line.dst.name, line.src.name);
  if (asked == nullptr) asked = newest(*call, "", method, "", line.src.name);
  if (asked == nullptr) {
    *error = "no request to answer";
    return {};
  }
  Message message;
  message.start = "SIP/2.0 " + status + " " + reason;
  for (const auto& [name, value] : asked->headers) {
    const bool echoed = name == "Via" || name == "From" || name == "To" || name == "Call-ID" ||
                        name == "CSeq" || (name == "Record-Route" && status[0] <= '2');
    if (echoed) message.headers.emplace_back(name, value);
  }
  if (status != "100") tag_response(line, words, call, &message);
  const bool target = method == "INVITE" || method == "SUBSCRIBE" || method == "UPDATE";
  if (target && status[0] <= '2' && status != "100") {
    message.headers.emplace_back("Contact", contact(call->callee, line.src));
  }
  return message;
}

Message forwarded_response(const Line& line, const ResponseWords& words, const FlowCall& call,
                           std::string* error) {
  const Message* received = newest(call, words.status, words.method, "", line.src.name);
  if (received == nullptr) {
    *error = "nothing to forward";
    return {};
  }
  Message message = *received;
  message.headers.erase(std::find_if(message.headers.begin(), message.headers.end(),
                                     [](const auto& header) { return header.first == "Via"; }));
  return message;
}

// ---- lines

void add_sdp(const Line& line, std::map<std::string, int>* versions, Message* message) {
  if (!line.values.contains("sdp")) return;
  message->body.clear();
  message->set("Content-Type", "-");
  if (line.value("sdp", "") == "none") return;
  message->body = sdp_body(line, ++(*versions)[line.src.name]);
  message->set("Content-Type", "application/sdp");
}

Message message_of(const Line& line, FlowCall* call, std::string* error) {
  const bool forwarded = line.has("fwd");
  if (std::isdigit(static_cast<unsigned char>(line.words[0][0])) != 0) {
    const ResponseWords words = read_response_words(line);
    return forwarded ? forwarded_response(line, words, *call, error)
                     : response(line, words, call, error);
  }
  return forwarded ? forwarded_request(line, *call, error) : request(line, call);
}

// `repeat` or `dup`, what begins the start line after SIP/2.0, and perhaps (METHOD).
bool is_meant(const Line& line, const SentMessage& sent) {
  if (sent.src.text() != line.src.text() || sent.dst.text() != line.dst.text()) return false;
  const Message& message = sent.message;
  const std::string start = message.is_request() ? message.start : message.start.substr(8);
  if (start.rfind(line.words[1], 0) != 0) return false;
  return line.words.size() < 3 || "(" + message.method() + ")" == line.words[2];
}

std::vector<Payload> send_again(const Line& line, FlowCall* call, uint16_t* ip_id,
                                std::string* error) {
  if (line.words.size() < 2) {
    *error = "repeat what?";
    return {};
  }
  const auto found = std::find_if(call->sent.rbegin(), call->sent.rend(),
                                  [&](const auto& sent) { return is_meant(line, sent); });
  if (found == call->sent.rend()) {
    *error = "nothing like it was sent before";
    return {};
  }
  SentMessage copy = *found;
  if (line.words[0] == "repeat") copy.ip_id = ++*ip_id;
  call->sent.push_back(copy);
  return {payload_of(line, copy)};
}

}  // namespace

std::vector<Payload> sip_payloads(const Line& line, FlowCalls* calls, uint16_t* ip_id,
                                  std::string* error) {
  const std::string& word = line.words[0];
  calls->current = line.value("call", calls->current);
  FlowCall& call = calls->calls[calls->current];
  call.id = calls->current;
  if (word == "repeat" || word == "dup") return send_again(line, &call, ip_id, error);

  SentMessage sent{line.src, line.dst, {}, {}, ++*ip_id, word == "raw"};
  if (sent.raw) {
    sent.bytes = line.raw();
  } else {
    sent.message = message_of(line, &call, error);
    if (!error->empty()) return {};
    add_sdp(line, &calls->sdp_versions, &sent.message);
    for (const auto& [name, value] : line.headers) sent.message.set(name, value);
    sent.bytes = sent.message.text();
  }
  call.sent.push_back(sent);
  return {payload_of(line, sent)};
}

}  // namespace sipladder::build
