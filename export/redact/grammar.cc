#include "export/redact/grammar.h"

#include <absl/container/flat_hash_set.h>

#include <string>

#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

using Words = absl::flat_hash_set<std::string>;

Words words_of(std::initializer_list<std::string_view> lists) {
  Words result;
  for (std::string_view list : lists) {
    while (!list.empty()) {
      const std::string_view word = cut(&list, ' ');
      if (!word.empty()) result.emplace(word);
    }
  }
  return result;
}

// Methods, transports, option tags, parameters, authentication schemes, media types.
constexpr std::string_view kSip =
    "sip sips tel urn uuid udp tcp tls ws wss sctp invite ack bye cancel register options prack "
    "update info subscribe notify refer message publish 100rel timer replaces path outbound gruu "
    "norefersub precondition histinfo tdialog join eventlist resource priority privacy sec agree "
    "early session from to change answermode policy recipient list invite subscribe siprec target "
    "dialog sdp anat ice pref events multiple uui nosub trickle branch tag received rport maddr "
    "ttl "
    "transport lr user phone method expires q refresher uac uas ob comp sigcomp cause reason text "
    "index purpose screen party yes no full off reg id instance isfocus audio video application "
    "automata class duplex data control mobility description language schemes sub handling "
    "optional "
    "required protocol version nc qop auth int algorithm md5 sess sha sha256 sha512 256 512 stale "
    "true false domain nonce realm username opaque response cnonce uri digest basic bearer akav1 "
    "d alg ver body npdi rn phone context isub ext early only replaces multipart mixed alternative "
    "related boundary charset utf 8 us ascii iso 8859 1 type subtype pidf xml plain html cpim "
    "message sipfrag dtmf relay simple summary reginfo watcherinfo dialog info resource lists rlmi "
    "presence winfo conference refer hold mwi ua profile as feature call center keep alive check "
    "sync kpml session active pending terminated deactivated probation rejected timeout giveup "
    "noresource invariant retry after min se q850 none critical header user history id icon card "
    "alert ringer list moved temporarily sofia any access network remote calling called renderer "
    "session attachment inline render signal by reference external size 7bit binary base64 quoted "
    "printable gzip deflate identity upgrade websocket permessage context takeover en de fr es it "
    "ja us gb";
// Reason phrases of RFC 3261 and its extensions, and causes of Q.850 as gateways write them.
constexpr std::string_view kReasons =
    "trying ringing is being forwarded queued progress ok accepted no notification multiple "
    "choices "
    "moved permanently temporarily use proxy alternative service bad request unauthorized payment "
    "required forbidden not found method allowed acceptable authentication timeout conflict gone "
    "length entity too large long unsupported media type scheme unknown resource unavailable "
    "extension interval brief small identity header anonymity disallowed flow failed invalid "
    "hop anonymous consent needed lacks max breadth exceeded info package max forwards temporarily "
    "call transaction does exist loop detected too many hops address incomplete ambiguous busy "
    "here "
    "terminated acceptable pending undecipherable security agreement server internal error "
    "implemented gateway time out version supported message push busy everywhere decline declined "
    "anywhere unwanted rejected normal clearing user answer response destination out of order "
    "number "
    "changed completed elsewhere originator cancel unspecified circuit channel network subscriber "
    "absent bearer capability protocol recovery on expire interworking cause hangup lost the a to "
    "with for in and or giving up progress session early dialog stale nonce nothing";
constexpr std::string_view kSdp =
    "in ip4 ip6 audio video text application message image rtp avp avpf savp savpf tls udp dtls "
    "tcp "
    "sctp udptl t38 msrp webrtc datachannel rtpmap fmtp ptime maxptime sendrecv sendonly recvonly "
    "inactive rtcp mux fb rsize mid group bundle ls dup setup actpass active passive holdconn "
    "connection new existing fingerprint sha md5 ice ufrag pwd options lite mismatch trickle "
    "renomination candidate end of candidates typ host srflx prflx relay raddr rport generation "
    "network cost tcptype so crypto extmap allow mixed urn ietf params hdrext toffset ssrc level "
    "abs send time http https www webrtc org experiments transport wide cc extensions 01 csrc "
    "sdes repaired stream rtp 3gpp video orientation ccm fir nack pli goog remb tmmbr sli rpsi "
    "msid semantic wms cname label mslabel sctpmap sctp port max size key mgmt mikey curr des conf "
    "qos local remote e2e none mandatory optional failure unknown silencesupp on off "
    "pcmu pcma g722 g723 g726 16 24 32 40 aal2 g728 g729 g729a g729b annexb gsm efr hr amr wb evs "
    "opus "
    "speex ilbc isac l16 dvi4 lpc qcelp mpa mpv vdvi cn telephone event red ulpfec flexfec rtx vp8 "
    "vp9 av1 h261 h263 h264 h265 1998 2000 t140 clearmode x nse ms rta siren g7221 silk as tias ct "
    "rs rr "
    "mode octet align interleaving change period capability neighbor crc robust sorting "
    "useinbandfec usedtx cbr maxplaybackrate stereo sprop maxaveragebitrate minptime bitrate "
    "profile level id packetization asymmetry allowed apt yes no imageattr framerate quality cif "
    "qcif t38faxversion t38maxbitrate t38faxfillbitremoval t38faxtranscodingmmr "
    "t38faxtranscodingjbig t38faxratemanagement transferredtcf localtcf t38faxmaxbuffer "
    "t38faxmaxdatagram t38maxdatagram t38faxudpec t38udpredundancy t38udpfec t38vendorinfo "
    "aes cm f8 128 192 256 gcm hmac sha1 80 inline null unencrypted srtp srtcp unauthenticated "
    "aead acfg pcfg tcap acap csup creq inactive t m pt rm";
// Scanning tools name themselves by these words; they stay, so that a scan can still be seen.
constexpr std::string_view kScanners =
    "friendly scanner sipvicious sipcli sipscan sundayddr iwar pplsip sivus smap sipptk gulp scan";

// Header names beside those of sip_headers.def.
constexpr std::string_view kHeaderNames =
    "alert-info call-info error-info in-reply-to organization subject server user-agent warning "
    "date timestamp mime-version content-language content-encoding content-disposition "
    "content-transfer-encoding content-id reply-to accept accept-encoding accept-language "
    "p-asserted-identity p-preferred-identity remote-party-id diversion history-info privacy "
    "p-access-network-info p-visited-network-id p-associated-uri p-called-party-id "
    "p-charging-vector p-charging-function-addresses p-early-media p-preferred-service "
    "p-asserted-service path service-route identity identity-info geolocation geolocation-routing "
    "geolocation-error session-id target-dialog join replaces reason authentication-info "
    "proxy-authentication-info sip-etag sip-if-match suppress-if-match flow-timer answer-mode "
    "security-client security-server security-verify request-disposition accept-contact "
    "reject-contact user-to-user x-call-id x-cid refer-sub min-se session-expires allow-events "
    "event subscription-state recv-info info-package max-breadth feature-caps "
    "host origin upgrade connection sec-websocket-key sec-websocket-accept sec-websocket-version "
    "sec-websocket-protocol sec-websocket-extensions";

// Headers that hold addresses of people and hosts.
constexpr std::string_view kAddressHeaders =
    "from f to t contact m route record-route refer-to r referred-by b reply-to path "
    "service-route p-asserted-identity p-preferred-identity remote-party-id diversion "
    "history-info p-associated-uri p-called-party-id alert-info call-info error-info "
    "geolocation p-served-user p-profile-key p-user-database p-refused-uri-list "
    "permission-missing trigger-consent p-asserted-service p-preferred-service policy-contact";
// Headers whose numbers are all counts, times and versions.
constexpr std::string_view kNumberHeaders =
    "cseq max-forwards content-length l expires min-expires rseq rack session-expires x min-se "
    "mime-version timestamp date flow-timer max-breadth sec-websocket-version";
// Headers of words of the protocol, whose texts and parameters can also name a user.
constexpr std::string_view kGrammarHeaders =
    "allow allow-events u supported k require unsupported proxy-require accept "
    "accept-encoding accept-language content-encoding e content-type c content-disposition "
    "content-language content-transfer-encoding event o subscription-state "
    "retry-after priority privacy refer-sub reason warning answer-mode "
    "security-client security-server security-verify p-early-media "
    "request-disposition recv-info info-package hide upgrade connection "
    "sec-websocket-protocol sec-websocket-extensions suppress-if-match";
constexpr std::string_view kCredentialHeaders =
    "authorization proxy-authorization www-authenticate proxy-authenticate "
    "authentication-info";
// Parameters whose values are words of the protocol.
constexpr std::string_view kGrammarParams =
    "transport user method refresher ob comp screen party privacy audio video application isfocus "
    "automata class duplex mobility handling protocol qop algorithm stale d-alg alg npdi "
    "early-only purpose methods events schemes actor sigcomp";
// Parameters whose values are numbers of the protocol.
constexpr std::string_view kNumberParams =
    "ttl lr rport q expires min-expires cause index reg-id version nc counter limit retry-after "
    "keep duration min-se refresh";

bool is_in(const Words& words, std::string_view word) {
  constexpr size_t kLongest = 64;
  if (word.size() > kLongest) return false;
  std::string small(word);
  for (char& c : small) c = lower(c);
  return words.contains(small);
}

}  // namespace

bool is_grammar(std::string_view word) {
  static const Words kWords = words_of({kSip, kReasons, kSdp, kScanners});
  return is_in(kWords, word);
}

bool is_scheme(std::string_view word) {
  static const Words kWords = words_of({"sip sips tel urn http https mailto pres im cid fax"});
  return is_in(kWords, word);
}

bool is_common_user(std::string_view word) {
  static const Words kWords =
      words_of({"anonymous unavailable restricted unknown invalid localhost local"});
  return is_in(kWords, word);
}

bool holds_addresses(std::string_view header) {
  static const Words kWords = words_of({kAddressHeaders});
  return is_in(kWords, header);
}

bool holds_grammar(std::string_view header) {
  static const Words kWords = words_of({kGrammarHeaders});
  return is_in(kWords, header);
}

bool holds_numbers(std::string_view header) {
  static const Words kWords = words_of({kNumberHeaders});
  return is_in(kWords, header);
}

bool holds_credentials(std::string_view header) {
  static const Words kWords = words_of({kCredentialHeaders});
  return is_in(kWords, header);
}

bool is_grammar_param(std::string_view name) {
  static const Words kWords = words_of({kGrammarParams});
  return is_in(kWords, name);
}

bool is_number_param(std::string_view name) {
  static const Words kWords = words_of({kNumberParams});
  return is_in(kWords, name);
}

bool names_a_header(std::string_view name) {
  static const Words kWords = words_of({kHeaderNames});
  return header_id(name) != HeaderId::other || is_in(kWords, name);
}

}  // namespace sipladder
