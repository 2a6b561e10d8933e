#include "tests/support/flow_script.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <vector>

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

constexpr int64_t kEpoch_ns = 1'700'000'000'000'000'000;  // when every script begins

struct Host {
  std::string name, address;
  int port = 5060;
  std::string text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Message {
  std::string start;
  Headers headers;
  std::string body;

  std::string* find(const std::string& name) {
    for (auto& [key, value] : headers) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  std::string get(const std::string& name) {
    const std::string* value = find(name);
    return value == nullptr ? "" : *value;
  }
  void set(const std::string& name, const std::string& value) {
    if (value == "-") {
      std::erase_if(headers, [&](const auto& h) { return h.first == name; });
    } else if (std::string* old = find(name); old != nullptr && name != "Record-Route") {
      *old = value;
    } else if (name == "Via" || name == "Record-Route") {
      headers.insert(headers.begin() + (name == "Via" ? 0 : 1), {name, value});
    } else {
      headers.emplace_back(name, value);
    }
  }
  std::string text() const {
    std::string out = start + "\r\n";
    for (const auto& [key, value] : headers) out += key + ": " + value + "\r\n";
    return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string method() {
    const std::string cseq = get("CSeq");
    return cseq.substr(cseq.find(' ') + 1);
  }
  bool is_request() const { return start.rfind("SIP/2.0", 0) != 0; }
};

struct Sent {
  Host src, dst;
  Message message;
  std::string bytes;
  uint16_t ip_id = 0;
  bool raw = false;
};

struct Line {
  int number = 0;
  int64_t time_ns = 0;
  Host src, dst;
  std::vector<std::string> words;
  std::map<std::string, std::string> values;  // name=value
  Headers headers;
  std::string indented;  // as it stands, for raw

  bool has(const std::string& word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
  }
  std::string value(const std::string& name, const std::string& otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : found->second;
  }
};

struct Call {
  std::string caller, callee, caller_tag, callee_tag;
  std::string caller_host;
  std::map<std::string, Host> author_of_tag;
  std::map<std::string, int> cseq;  // by party
  std::vector<Sent> sent;
};

class Flow {
 public:
  std::string error;

  void run(std::string_view script) {
    std::istringstream lines{std::string(script)};
    std::string text;
    Line line;
    int number = 0;
    while (std::getline(lines, text)) {
      number++;
      if (text.rfind("  ", 0) == 0 && line.number != 0) {
        indent(&line, text);
        continue;
      }
      finish(&line);
      if (text.empty() || text[0] == '#') continue;
      line = parse(text, number);
    }
    finish(&line);
  }

  std::string capture() {
    std::stable_sort(packets_.begin(), packets_.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    return pcap(packets_);
  }

 private:
  void capture_packet(int64_t time_ns, std::string bytes) {
    const size_t sent = bytes.size();
    if (snaplen_ != 0 && sent > snaplen_) bytes.resize(snaplen_);
    packets_.push_back({kEpoch_ns + time_ns, std::move(bytes), sent});
  }

  void complain(const Line& line, const std::string& what) {
    if (error.empty()) error = "line " + std::to_string(line.number) + ": " + what;
  }

  Host host(const std::string& text) {
    const size_t colon = text.find(':');
    const auto found = hosts_.find(text.substr(0, colon));
    if (found == hosts_.end()) return Host{text, "", 0};
    Host result = found->second;
    if (colon != std::string::npos) result.port = std::atoi(text.c_str() + colon + 1);
    return result;
  }

  Line parse(const std::string& text, int number) {
    Line line;
    std::istringstream words(text);
    std::string word;
    words >> word;
    if (word == "snaplen") {
      words >> snaplen_;
      return line;
    }
    if (word == "host") {
      Host made;
      words >> made.name >> made.address;
      int port = 0;
      if (words >> port) made.port = port;
      hosts_[made.name] = made;
      return line;
    }
    line.number = number;
    line.time_ns = static_cast<int64_t>(std::atof(word.c_str()) * 1e9 + 0.5);
    std::string src, arrow, dst;
    words >> src >> arrow >> dst;
    line.src = host(src);
    line.dst = host(dst);
    if (arrow != ">" || line.src.address.empty() || line.dst.address.empty()) {
      complain(line, "TIME HOST > HOST is expected");
    }
    while (words >> word) {
      const size_t equals = word.find('=');
      const bool uri = word.rfind("sip:", 0) == 0 || word.rfind("sips:", 0) == 0;
      if (equals != std::string::npos && !uri) {
        line.values[word.substr(0, equals)] = word.substr(equals + 1);
      } else {
        line.words.push_back(word);
      }
    }
    if (line.words.empty()) complain(line, "nothing is sent");
    return line;
  }

  void indent(Line* line, const std::string& text) {
    const std::string trimmed = text.substr(text.find_first_not_of(' '));
    line->indented += trimmed + "\r\n";
    const size_t colon = trimmed.find(": ");
    if (colon != std::string::npos) {
      line->headers.emplace_back(trimmed.substr(0, colon), trimmed.substr(colon + 2));
    }
  }

  void finish(Line* line) {
    if (line->number == 0 || line->words.empty()) return;
    const std::string& word = line->words[0];
    if (word == "rtp") {
      rtp(*line);
    } else if (word == "rtcp") {
      rtcp(*line);
    } else if (word == "icmp") {
      icmp(*line);
    } else {
      sip(*line);
    }
    *line = Line{};
  }

  // ---- SIP

  void sip(Line& line) {
    const std::string& word = line.words[0];
    if (const auto it = line.values.find("call"); it != line.values.end()) current_ = it->second;
    Call& call = calls_[current_];
    if (word == "repeat" || word == "dup") return again(line, call);
    Sent sent{line.src, line.dst, {}, {}, ++ip_id_, word == "raw"};
    if (sent.raw) {
      // An empty indented line is written as "." because editors cut spaces at line ends.
      std::string text = line.indented;
      for (size_t at = 0; (at = text.find("\r\n.\r\n", at)) != std::string::npos;) {
        text.erase(at + 2, 1);
      }
      sent.bytes = text;
    } else {
      sent.message = std::isdigit(static_cast<unsigned char>(word[0])) != 0 ? response(line, call)
                                                                            : request(line, call);
      for (const auto& [name, value] : line.headers) sent.message.set(name, value);
      sent.bytes = sent.message.text();
    }
    if (!line.has("unseen")) send(line.time_ns, sent);
    call.sent.push_back(sent);
  }

  void again(const Line& line, Call& call) {
    if (line.words.size() < 2) return complain(line, "repeat what?");
    for (auto it = call.sent.rbegin(); it != call.sent.rend(); ++it) {
      if (it->src.text() != line.src.text() || it->dst.text() != line.dst.text()) continue;
      const std::string start =
          it->message.is_request() ? it->message.start : it->message.start.substr(8);
      if (start.rfind(line.words[1], 0) != 0) continue;
      if (line.words.size() > 2 && "(" + it->message.method() + ")" != line.words[2]) continue;
      Sent copy = *it;
      if (line.words[0] == "repeat") copy.ip_id = ++ip_id_;
      send(line.time_ns, copy);
      call.sent.push_back(copy);
      return;
    }
    complain(line, "nothing like it was sent before");
  }

  void send(int64_t time_ns, const Sent& sent) {
    const std::string datagram =
        udp(sent.bytes, sent.src.address, sent.dst.address, static_cast<uint16_t>(sent.src.port),
            static_cast<uint16_t>(sent.dst.port));
    capture_packet(time_ns,
                   ethernet_ip(ip(datagram, 17, sent.src.address, sent.dst.address, sent.ip_id)));
  }

  // The newest message of a method (or status) that `at` has received, or sent to `to`.
  Message* newest(Call& call, const std::string& start, const std::string& method,
                  const std::string& src, const std::string& dst) {
    for (auto it = call.sent.rbegin(); it != call.sent.rend(); ++it) {
      if (it->raw || it->message.method() != method) continue;
      if (!dst.empty() && it->dst.name != dst) continue;
      if (!src.empty() && it->src.name != src) continue;
      const bool request = it->message.is_request();
      if (start.empty() ? request : !request && it->message.start.substr(8, 3) == start) {
        return &it->message;
      }
    }
    return nullptr;
  }

  std::string via_of(const Line& line, const std::string& method, int cseq) {
    const std::string sent_by = line.value("via", line.src.text());
    const std::string label = line.src.name + "-" + current_ + "-" + method + std::to_string(cseq);
    const std::string branch = line.value("branch", "z9hG4bK-" + label);
    return "SIP/2.0/UDP " + sent_by + ";rport" + (branch == "-" ? "" : ";branch=" + branch);
  }

  Message request(const Line& line, Call& call) {
    const std::string& method = line.words[0];
    if (line.has("fwd")) return forwarded_request(line, call, method);
    const bool first = call.caller.empty();
    std::string uri = line.words.size() > 1 && line.words[1] != "fwd" ? line.words[1] : "";
    if (first) {
      call.caller = line.value("from", line.src.name);
      const std::string target = uri.substr(uri.find(':') + 1);
      call.callee = line.value("to", target.find('@') == std::string::npos
                                         ? line.dst.name
                                         : target.substr(0, target.find('@')));
      call.caller_tag = line.value("fromtag", call.caller + "-tag");
      call.caller_host = line.src.name;
    }
    const bool by_callee = line.value("by", "") == "callee" ||
                           (line.value("by", "").empty() && line.src.name != call.caller_host &&
                            is_callee(call, line));
    std::string& callee_tag = call.callee_tag;
    std::string to_tag = line.value("totag", method == "CANCEL" ? "" : callee_tag);
    if (to_tag == "-") to_tag.clear();
    if (uri.empty()) uri = "sip:" + (by_callee ? call.caller : call.callee) + "@" + line.dst.text();
    const auto with_tag = [](const std::string& user, const std::string& tag) {
      return "<sip:" + user + "@example.com>" + (tag.empty() ? "" : ";tag=" + tag);
    };
    const int cseq = cseq_of(line, call, method, by_callee ? "callee" : "caller");
    Message message;
    message.start = method + " " + uri + " SIP/2.0";
    Message* cancelled =
        method == "CANCEL" ? newest(call, "", "INVITE", line.src.name, line.dst.name) : nullptr;
    const bool non2xx_ack = method == "ACK" && line.has("non2xx");
    if (non2xx_ack) cancelled = newest(call, "", "INVITE", line.src.name, line.dst.name);
    message.headers.emplace_back(
        "Via", cancelled != nullptr ? cancelled->get("Via") : via_of(line, method, cseq));
    message.headers.emplace_back("Max-Forwards", "70");
    message.headers.emplace_back(
        "From", by_callee ? with_tag(call.callee, to_tag)
                          : with_tag(call.caller, line.value("fromtag", call.caller_tag)));
    message.headers.emplace_back(
        "To", by_callee ? with_tag(call.caller, call.caller_tag) : with_tag(call.callee, to_tag));
    message.headers.emplace_back("Call-ID", current_);
    message.headers.emplace_back("CSeq", std::to_string(cseq) + " " + method);
    if (method == "INVITE" || method == "REGISTER" || method == "SUBSCRIBE" || method == "REFER" ||
        method == "UPDATE" || method == "NOTIFY") {
      message.headers.emplace_back("Contact", "<sip:" + (by_callee ? call.callee : call.caller) +
                                                  "@" + line.src.text() + ">");
    }
    add_sdp(line, &message);
    return message;
  }

  bool is_callee(const Call& call, const Line& line) {
    for (const auto& [tag, author] : call.author_of_tag) {
      if (author.name == line.src.name) return true;
    }
    return false;
  }

  int cseq_of(const Line& line, Call& call, const std::string& method, const std::string& party) {
    if (const auto it = line.values.find("cseq"); it != line.values.end()) {
      return call.cseq[party] = std::atoi(it->second.c_str());
    }
    if (method == "ACK" || method == "CANCEL") {
      for (auto it = call.sent.rbegin(); it != call.sent.rend(); ++it) {
        if (!it->raw && it->message.is_request() && it->message.method() == "INVITE") {
          return std::atoi(it->message.get("CSeq").c_str());
        }
      }
    }
    return ++call.cseq[party];
  }

  Message forwarded_request(const Line& line, Call& call, const std::string& method) {
    Message* received = newest(call, "", method, "", line.src.name);
    if (received == nullptr) {
      complain(line, "nothing to forward");
      return {};
    }
    Message message = *received;
    const int cseq = std::atoi(message.get("CSeq").c_str());
    message.headers.insert(message.headers.begin(), {"Via", via_of(line, method, cseq)});
    message.set("Max-Forwards", std::to_string(std::atoi(message.get("Max-Forwards").c_str()) - 1));
    if (line.words.size() > 1 && line.words[1] != "fwd") {
      message.start = method + " " + line.words[1] + " SIP/2.0";
    }
    add_sdp(line, &message);
    return message;
  }

  Message response(const Line& line, Call& call) {
    const std::string& status = line.words[0];
    std::string method = "INVITE", reason;
    for (size_t i = 1; i < line.words.size(); i++) {
      if (line.words[i][0] == '(') {
        method = line.words[i].substr(1, line.words[i].size() - 2);
      } else if (line.words[i] != "fwd") {
        reason += (reason.empty() ? "" : " ") + line.words[i];
      }
    }
    if (line.has("fwd")) return forwarded_response(line, call, status, method);
    Message* asked = newest(call, "", method, line.dst.name, line.src.name);
    if (asked == nullptr) asked = newest(call, "", method, "", line.src.name);
    if (asked == nullptr) {
      complain(line, "no request to answer");
      return {};
    }
    Message message;
    message.start = "SIP/2.0 " + status + " " + (reason.empty() ? phrase(status) : reason);
    for (const auto& [name, value] : asked->headers) {
      const bool echoed = name == "Via" || name == "From" || name == "To" || name == "Call-ID" ||
                          name == "CSeq" || (name == "Record-Route" && status[0] <= '2');
      if (echoed) message.headers.emplace_back(name, value);
    }
    if (status != "100") tag_response(line, call, method, &message);
    const bool target = method == "INVITE" || method == "SUBSCRIBE" || method == "UPDATE";
    if (target && (status[0] == '2' || (status[0] == '1' && status != "100"))) {
      message.headers.emplace_back("Contact", "<sip:" + call.callee + "@" + line.src.text() + ">");
    }
    add_sdp(line, &message);
    return message;
  }

  void tag_response(const Line& line, Call& call, const std::string& method, Message* message) {
    std::string* to = message->find("To");
    if (to == nullptr || to->find(";tag=") != std::string::npos) return;
    const std::string tag = line.value("totag", call.callee + "-tag");
    if (tag == "-") return;
    *to += ";tag=" + tag;
    if (!call.author_of_tag.contains(tag)) call.author_of_tag[tag] = line.src;
    const bool dialog = method == "INVITE" || method == "SUBSCRIBE" || method == "REFER";
    if (dialog && message->start[8] <= '2') call.callee_tag = tag;
  }

  Message forwarded_response(const Line& line, Call& call, const std::string& status,
                             const std::string& method) {
    Message* received = newest(call, status, method, "", line.src.name);
    if (received == nullptr) {
      complain(line, "nothing to forward");
      return {};
    }
    Message message = *received;
    message.headers.erase(std::find_if(message.headers.begin(), message.headers.end(),
                                       [](const auto& header) { return header.first == "Via"; }));
    add_sdp(line, &message);
    return message;
  }

  static std::string phrase(const std::string& status) {
    static const std::map<std::string, std::string> kPhrases = {
        {"100", "Trying"},
        {"180", "Ringing"},
        {"181", "Call Is Being Forwarded"},
        {"183", "Session Progress"},
        {"200", "OK"},
        {"202", "Accepted"},
        {"302", "Moved Temporarily"},
        {"401", "Unauthorized"},
        {"403", "Forbidden"},
        {"404", "Not Found"},
        {"407", "Proxy Authentication Required"},
        {"408", "Request Timeout"},
        {"480", "Temporarily Unavailable"},
        {"481", "Call/Transaction Does Not Exist"},
        {"486", "Busy Here"},
        {"487", "Request Terminated"},
        {"488", "Not Acceptable Here"},
        {"491", "Request Pending"},
        {"503", "Service Unavailable"},
        {"603", "Decline"}};
    const auto found = kPhrases.find(status);
    return found == kPhrases.end() ? "Whatever" : found->second;
  }

  // ADDRESS:PORT[/direction][/pt,pt]; audio2=PORT is a second audio line with PCMA
  void add_sdp(const Line& line, Message* message) {
    const auto it = line.values.find("sdp");
    if (it == line.values.end()) return;
    message->body.clear();
    message->set("Content-Type", "-");
    if (it->second == "none") return;
    std::istringstream parts(it->second);
    std::string endpoint, part, direction, formats = "0,101";
    std::getline(parts, endpoint, '/');
    while (std::getline(parts, part, '/')) {
      (std::isdigit(static_cast<unsigned char>(part[0])) != 0 ? formats : direction) = part;
    }
    const size_t colon = endpoint.rfind(':');
    const std::string address = endpoint.substr(0, colon);
    const std::string family = address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
    const int next_version = ++sdp_versions_[line.src.name];
    const std::string version = line.value("version", std::to_string(next_version));
    std::string spaced = formats;
    std::replace(spaced.begin(), spaced.end(), ',', ' ');
    message->body = "v=0\r\no=- 1 " + version + " IN " + family + address + "\r\ns=-\r\nc=IN " +
                    family + address + "\r\nt=0 0\r\nm=audio " + endpoint.substr(colon + 1) + " " +
                    line.value("proto", "RTP/AVP") + " " + spaced + "\r\n";
    if (formats.find("101") != std::string::npos) {
      message->body += "a=rtpmap:101 telephone-event/8000\r\n";
    }
    const std::string rtpmap = line.value("rtpmap", "");
    if (!rtpmap.empty()) {
      const size_t name = rtpmap.find(':');
      message->body +=
          "a=rtpmap:" + rtpmap.substr(0, name) + " " + rtpmap.substr(name + 1) + "\r\n";
    }
    if (!direction.empty()) message->body += "a=" + direction + "\r\n";
    if (line.values.contains("audio2")) {
      message->body += "m=audio " + line.value("audio2", "") + " RTP/AVP 8\r\n";
    }
    message->set("Content-Type", "application/sdp");
  }

  // ---- media

  std::string payload(const Line& line, int i) {
    if (line.has("silence")) return std::string(160, '\xFF');
    std::string bytes(160, 0);
    const int seed = line.has("same") ? 1 : i;
    for (size_t k = 0; k < bytes.size(); k++) {
      const unsigned noise =
          (static_cast<unsigned>(seed) * 160 + static_cast<unsigned>(k)) * 2654435761U;
      bytes[k] = static_cast<char>(noise >> 24 | 0x80U) & static_cast<char>(0x9F);
      if ((noise & 0x100U) != 0) bytes[k] = static_cast<char>(bytes[k] & 0x7F);
    }
    return bytes;
  }

  void rtp(const Line& line) {
    const double length = std::atof(line.value("for", "5").c_str());
    const double every = std::atof(line.value("every", "0.02").c_str());
    const int count = static_cast<int>(length / every + 0.5);
    const int lose = std::atoi(line.value("lose", "0").c_str());
    const auto ssrc = static_cast<uint32_t>(
        std::atoi(line.value("ssrc", std::to_string(line.src.port * 7 + line.dst.port)).c_str()));
    const auto first = static_cast<unsigned>(std::atoi(line.value("seq", "1").c_str()));
    const auto type = static_cast<unsigned>(std::atoi(line.value("pt", "0").c_str()));
    const auto step = static_cast<unsigned>(std::atoi(line.value("step", "160").c_str()));
    const std::string first_time = line.value("ts", std::to_string(first * step));
    const auto begin = static_cast<uint32_t>(std::strtoul(first_time.c_str(), nullptr, 10));
    for (int i = 0; i < count; i++) {
      if (lose != 0 && i % lose == lose - 1) continue;
      const unsigned sequence = first + static_cast<unsigned>(i);
      const std::string packet =
          number16(0x8000 | type | (i == 0 ? 0x80U : 0U)) + number16(sequence) +
          number32(begin + static_cast<unsigned>(i) * step) + number32(ssrc) + payload(line, i);
      send(line.time_ns + i * std::llround(every * 1e9),
           {line.src, line.dst, {}, packet, ++ip_id_, true});
    }
  }

  void rtcp(const Line& line) {
    const auto of = static_cast<uint32_t>(std::atoi(line.value("of", "1").c_str()));
    const auto lost = static_cast<uint32_t>(std::atoi(line.value("lost", "0").c_str()));
    const auto high = static_cast<uint32_t>(std::atoi(line.value("high", "0").c_str()));
    const auto from = static_cast<uint32_t>(std::atoi(line.value("from", "99").c_str()));
    const auto share = static_cast<uint32_t>(std::atoi(line.value("fraction", "0").c_str()));
    const std::string sent = line.value("sent", "");
    const std::string block = of == 0
                                  ? std::string()
                                  : number32(of) + number32(share << 24 | lost) + number32(high) +
                                        number32(0) + number32(0) + number32(0);
    const std::string sender =
        sent.empty() ? std::string()
                     : number32(0) + number32(0) + number32(0) +
                           number32(static_cast<uint32_t>(std::atoi(sent.c_str()))) + number32(0);
    const size_t words = 1 + (sender.size() + block.size()) / 4;
    const unsigned head = (of == 0 ? 0x8000U : 0x8100U) | (sent.empty() ? 0xC9U : 0xC8U);
    const std::string report =
        number16(head) + number16(static_cast<unsigned>(words)) + number32(from) + sender + block;
    send(line.time_ns, {line.src, line.dst, {}, report, ++ip_id_, true});
  }

  // icmp CODE SRC > DST [count=N] [every=SECONDS]
  void icmp(const Line& line) {
    if (line.words.size() < 5) return complain(line, "icmp CODE HOST:PORT > HOST:PORT");
    const Host src = host(line.words[2]), dst = host(line.words[4]);
    const int count = std::atoi(line.value("count", "1").c_str());
    const double every = std::atof(line.value("every", "1").c_str());
    const auto ssrc = static_cast<uint32_t>(src.port * 7 + dst.port);
    for (int i = 0; i < count; i++) {
      const std::string quoted =
          ip(udp(number32(0x80000001) + number32(160) + number32(ssrc), src.address, dst.address,
                 static_cast<uint16_t>(src.port), static_cast<uint16_t>(dst.port)),
             17, src.address, dst.address);
      const std::string body =
          std::string(1, static_cast<char>(std::atoi(line.value("type", "3").c_str()))) +
          static_cast<char>(std::atoi(line.words[1].c_str())) + number16(0) + number32(0) + quoted;
      capture_packet(line.time_ns + static_cast<int64_t>(every * 1e9) * i,
                     ethernet_ip(ip(body, 1, line.src.address, line.dst.address, ++ip_id_)));
    }
  }

  std::map<std::string, Host> hosts_;
  std::map<std::string, Call> calls_;
  std::map<std::string, int> sdp_versions_;
  std::string current_ = "call-1";
  size_t snaplen_ = 0;
  std::vector<TimedPacket> packets_;
  uint16_t ip_id_ = 100;
};

}  // namespace

std::string capture_of_flow(std::string_view script, std::string* error) {
  Flow flow;
  flow.run(script);
  *error = flow.error;
  return flow.capture();
}

}  // namespace sipladder::build
