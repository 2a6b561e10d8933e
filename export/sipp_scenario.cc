// One side of a call as a scenario for SIPp: messages that the side sent are sent at their times,
// and messages that it received are waited for. Both sides are the ends of the INVITE's first hop,
// so that the caller's scenario plays against the callee's.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "correlate/model/message_view.h"
#include "decode/sip_message.h"
#include "decode/text.h"
#include "export/exporters.h"
#include "query/escape.h"

namespace sipladder {
namespace {

constexpr int64_t kLongestPause_ms = 60'000;

// Headers that are copied from the capture; SIPp fills in the others.
constexpr std::array<std::string_view, 10> kCopied = {"RAck",
                                                      "RSeq",
                                                      "Require",
                                                      "Supported",
                                                      "Event",
                                                      "Retry-After",
                                                      "Reason",
                                                      "Subscription-State",
                                                      "WWW-Authenticate",
                                                      "Proxy-Authenticate"};

class Scenario {
 public:
  Scenario(const ExportRequest& request, CallId call, bool caller)
      : model_(request.model), view_(request.log), caller_(caller) {
    for (MessageId id = model_.calls[call].first_message; id;
         id = model_.messages[id].next_in_call) {
      const MessageRecord& message = model_.messages[id];
      if (message.is_copy()) continue;
      if (!invite_ && message.is_request() && message.method == Method::invite) invite_ = id;
      if (invite_ && is_of_hop(message)) messages_.push_back(id);
    }
  }

  bool empty() const { return messages_.empty(); }

  std::string text() {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"";
    out += caller_ ? "caller" : "callee";
    out += "\">\n";
    for (size_t i = 0; i < messages_.size(); i++) {
      current_ = messages_[i];
      if (!view_.load(model_.messages[current_])) continue;
      if (is_sent(messages_[i])) {
        out += pause(i) + sent(messages_[i]);
      } else {
        const bool waits_on = i + 1 < messages_.size() && !is_sent(messages_[i + 1]);
        out += received(messages_[i], waits_on);
      }
    }
    // SIPp refuses a variable that nothing reads.
    if (parties_known_) out += "  <Reference variables=\"1,2\"/>\n";
    return out + "</scenario>\n";
  }

 private:
  bool is_of_hop(const MessageRecord& message) const {
    const MessageRecord& invite = model_.messages[invite_];
    const auto host = [&](EndpointId id) { return model_.endpoints[id].ip; };
    const IpAddress from = host(invite.src), to = host(invite.dst);
    return (host(message.src) == from && host(message.dst) == to) ||
           (host(message.src) == to && host(message.dst) == from);
  }

  bool is_sent(MessageId id) const {
    const bool by_caller = model_.endpoints[model_.messages[id].src].ip ==
                           model_.endpoints[model_.messages[invite_].src].ip;
    return by_caller == caller_;
  }

  std::string pause(size_t place) const {
    if (place == 0) return {};
    const int64_t ns =
        model_.messages[messages_[place]].time_ns - model_.messages[messages_[place - 1]].time_ns;
    const int64_t ms = std::clamp<int64_t>(ns / 1'000'000, 0, kLongestPause_ms);
    return ms == 0 ? std::string() : fmt::format("  <pause milliseconds=\"{}\"/>\n", ms);
  }

  // Text from the network may hold no brackets, which mark keywords of SIPp, no end of the CDATA
  // section around it, and no hidden characters.
  static std::string plain(std::string_view text) {
    std::string result;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7F && c != '[' && c != ']') result += c;
    }
    return result;
  }

  std::string received(MessageId id, bool waits_on) {
    const MessageRecord& message = model_.messages[id];
    if (message.is_request()) {
      const bool first = message.method == Method::invite && !caller_;
      std::string out = fmt::format("  <recv request=\"{}\"", plain(view_.sip().method));
      if (!first || parties_known_) return out + "/>\n";
      parties_known_ = true;
      return out +
             ">\n    <action>\n"
             "      <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"1\"/>\n"
             "      <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"2\"/>\n"
             "    </action>\n  </recv>\n";
    }
    const bool challenge = message.status == 401 || message.status == 407;
    challenged_ = challenged_ || challenge;
    return fmt::format("  <recv response=\"{}\"{}{}/>\n", message.status,
                       message.status < 200 && waits_on ? " optional=\"true\"" : "",
                       challenge ? " auth=\"true\"" : "");
  }

  std::string sent(MessageId id) {
    const MessageRecord& message = model_.messages[id];
    const bool request = message.is_request();
    const bool resent = request && message.method != Method::ack;
    std::string out =
        fmt::format("  <send{}>\n    <![CDATA[\n\n", resent ? " retrans=\"500\"" : "");
    out += request ? request_head(message) : response_head(message);
    for (const HeaderLine& line : view_.sip().headers) {
      const bool copied = std::any_of(kCopied.begin(), kCopied.end(), [&](std::string_view name) {
        return equal_no_case(name, line.name);
      });
      if (copied) out += "      " + plain(line.name) + ": " + plain(unfold(line.value)) + "\n";
    }
    if (request && challenged_ && caller_ && message.method != Method::ack)
      out += "      [authentication username=user password=password]\n";
    const std::string body = sdp();
    if (!body.empty()) out += "      Content-Type: application/sdp\n";
    out += "      Content-Length: [len]\n\n" + body;
    return out + "\n    ]]>\n  </send>\n";
  }

  std::string request_head(const MessageRecord& message) {
    const std::string method = plain(view_.sip().method);
    const bool first = message.method == Method::invite && !message.has_to_tag;
    std::string out = fmt::format(
        "      {} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n",
        method);
    if (caller_) {
      out +=
          "      From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]caller[call_number]\n"
          "      To: <sip:[service]@[remote_ip]:[remote_port]>" +
          std::string(first || message.method == Method::cancel ? "" : "[peer_tag_param]") + "\n";
    } else {
      out += "      From:[$2];tag=[pid]callee[call_number]\n      To:[$1]\n";
    }
    return out + fmt::format(
                     "      Call-ID: [call_id]\n      CSeq: {} {}\n"
                     "      Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"
                     "      Max-Forwards: 70\n",
                     message.cseq, method);
  }

  std::string response_head(const MessageRecord& message) {
    const std::string tag = caller_ || message.status == 100 ? "" : ";tag=[pid]callee[call_number]";
    // A request within the dialog has our tag in To already.
    const std::string to = has_tag() ? "      [last_To:]\n" : "      [last_To:]" + tag + "\n";
    return fmt::format(
        "      SIP/2.0 {} {}\n      [last_Via:]\n      [last_From:]\n{}      [last_Call-ID:]\n"
        "      [last_CSeq:]\n      Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n",
        message.status, plain(view_.sip().reason), to);
  }

  // Whether the request that is answered had a tag in To.
  bool has_tag() const {
    const MessageId request = model_.transactions[model_.messages[current_].txn].request;
    return request && model_.messages[request].has_to_tag;
  }

  // The SDP of the present message, with the addresses and ports of SIPp.
  std::string sdp() {
    std::string_view rest = find_sdp(view_.sip());
    std::string out;
    int streams = 0;
    while (!rest.empty()) {
      const std::string line = plain(trim(cut(&rest, '\n')));
      if (line.starts_with("c=")) {
        out += "      c=IN IP[media_ip_type] [media_ip]\n";
      } else if (line.starts_with("o=")) {
        out += "      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]\n";
      } else if (line.starts_with("m=")) {
        const size_t port = line.find(' '), end = line.find(' ', port + 1);
        if (end == std::string::npos) continue;
        const bool refused = line.substr(port + 1, end - port - 1) == "0";
        out += "      " + line.substr(0, port) +
               (refused ? " 0" : fmt::format(" [media_port+{}]", 2 * streams)) + line.substr(end) +
               "\n";
        streams++;
      } else if (!line.empty() && !line.starts_with("a=candidate") &&
                 !line.starts_with("a=rtcp:")) {
        out += "      " + line + "\n";
      }
    }
    return out;
  }

  const Model& model_;
  MessageView view_;
  bool caller_;
  MessageId invite_;
  MessageId current_;  // the message that is being written
  std::vector<MessageId> messages_;
  bool parties_known_ = false;
  bool challenged_ = false;
};

}  // namespace

ExportReport export_sipp(const ExportRequest& request) {
  using Outcome = ExportReport::Outcome;
  for (const CallId call : calls_of(request)) {
    if (request.model.calls[call].kind != CallKind::call) continue;
    Scenario scenario(request, call, request.side != "callee");
    if (scenario.empty()) continue;
    const std::string text = scenario.text();
    ExportReport report = write_file(
        request.path, [&](std::FILE* file) { std::fwrite(text.data(), 1, text.size(), file); });
    if (report.outcome == Outcome::done)
      report.lines.push_back(fmt::format("{}: call {}, the {}'s side", request.path, call.value,
                                         request.side == "callee" ? "callee" : "caller"));
    return report;
  }
  return {Outcome::unwritable,
          {request.path + ": not written: none of the chosen calls has an INVITE here"},
          {}};
}

}  // namespace sipladder
