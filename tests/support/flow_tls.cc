// TLS records of a flow. Messages in the clear are as in TLS; encrypted ones are filler.
#include <sstream>

#include "tests/support/flow_media.h"
#include "tests/support/flow_seal.h"
#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

std::string counted(int size, const std::string& text) {
  const auto length = static_cast<unsigned>(text.size());
  if (size == 1) return bytes({static_cast<int>(length)}) + text;
  return (size == 3 ? bytes({0}) : std::string()) + number16(length) + text;
}

std::string record(int type, const std::string& body) {
  return bytes({type, 3, 3}) + counted(2, body);
}
std::string handshake(int type, const std::string& body) {
  return record(22, bytes({type}) + counted(3, body));
}

int version_byte(const std::string& version) {  // of "1.2"
  return version.size() == 3 ? version[2] - '0' + 1 : 0;
}

std::string client_hello(const Line& line) {
  std::string extensions;
  if (const std::string name = line.value("name", ""); !name.empty())
    extensions += number16(0) + counted(2, counted(2, bytes({0}) + counted(2, name)));
  if (const std::string alpn = line.value("alpn", ""); !alpn.empty())
    extensions += number16(16) + counted(2, counted(2, counted(1, alpn)));
  std::istringstream versions(line.value("versions", ""));
  std::string offered;
  for (std::string one; std::getline(versions, one, ',');) offered += bytes({3, version_byte(one)});
  if (!offered.empty()) extensions += number16(43) + counted(2, counted(1, offered));
  const std::string random(32, line.value("random", "r")[0]);
  return handshake(1, bytes({3, 3}) + random + counted(1, "") + counted(2, bytes({0x13, 0x01})) +
                          counted(1, bytes({0})) + counted(2, extensions));
}

std::string server_hello(const Line& line) {
  const int version = version_byte(line.value("version", "1.3"));
  const bool newest = version == 4;
  const std::string suite = newest ? bytes({0x13, 0x01}) : bytes({0xC0, 0x2F});
  const std::string chosen = newest ? number16(43) + counted(2, bytes({3, 4})) : std::string();
  return handshake(2, bytes({3, newest ? 3 : version}) + std::string(32, 's') + counted(1, "") +
                          suite + bytes({0}) + counted(2, chosen));
}

std::string der(int tag, const std::string& content) {
  const size_t size = content.size();
  std::string head = bytes({tag});
  if (size >= 128) head += bytes({0x82}) + number16(static_cast<unsigned>(size));
  if (size < 128) head += bytes({static_cast<int>(size)});
  return head + content;
}
constexpr int kSequence = 0x30;

// RFC 5280 4.1; its key and its signature are filler.
std::string certificate(const Line& line) {
  const std::string owner = line.value("owner", "sip.example.com");
  const std::string common = bytes({0x06, 3, 0x55, 0x04, 0x03}) + der(0x0C, owner);
  const std::string name = der(kSequence, der(0x31, der(kSequence, common)));
  const std::string signing =
      der(kSequence, bytes({0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02}));
  const std::string key_kind = bytes({0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01}) +
                               bytes({0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07});
  const std::string key =
      der(kSequence, der(kSequence, key_kind) + der(0x03, bytes({0, 4}) + std::string(64, 'k')));
  const auto date = [&](const char* word, const char* otherwise) {
    return der(0x17, line.value(word, otherwise) + "000000Z");
  };
  const std::string dates = der(kSequence, date("from", "230101") + date("until", "250101"));
  std::istringstream list(line.value("names", owner));
  std::string names;
  for (std::string one; std::getline(list, one, ',');) names += der(0x82, one);
  const std::string extension =
      der(kSequence, bytes({0x06, 3, 0x55, 0x1D, 0x11}) + der(0x04, der(kSequence, names)));
  const std::string signed_part =
      der(kSequence, der(0xA0, bytes({2, 1, 2})) + bytes({2, 1, 1}) + signing + name + dates +
                         name + key + der(0xA3, der(kSequence, extension)));
  const std::string all =
      der(kSequence, signed_part + signing + der(0x03, bytes({0}) + std::string(64, 's')));
  return handshake(11, counted(3, counted(3, all)));
}

std::string tls_bytes(const Line& line) {
  if (line.has("hello")) return client_hello(line);
  if (line.has("server-hello")) return server_hello(line);
  if (line.has("certificate")) return certificate(line);
  if (const int alert = line.integer("alert", -1); alert >= 0)
    return record(21, bytes({line.integer("level", 2), alert}));
  if (line.has("sealed"))
    return seal_tls13(std::string(32, line.value("secret", "c")[0]),
                      static_cast<uint64_t>(line.integer("number", 0)), 23, line.raw());
  if (line.has("finished"))  // up to 1.2, behind a ChangeCipherSpec
    return record(20, bytes({1})) + record(22, std::string(40, 'f'));
  return record(23, std::string(static_cast<size_t>(line.integer("size", 60)), 'x'));
}

}  // namespace

std::vector<Payload> tls_payloads(const Line& line) {
  constexpr uint8_t kTcp = 6;
  Payload made{line.time_ns, "", 0, kTcp};
  made.fin = line.has("fin");
  made.reset = line.has("reset");
  made.syn = line.has("syn");
  made.syn_ack = line.has("syn-ack");
  if (!made.fin && !made.reset && !made.syn && !made.syn_ack) made.bytes = tls_bytes(line);
  const auto split = static_cast<size_t>(line.integer("split", 0));
  std::vector<Payload> parts{made};
  while (split > 0 && parts.back().bytes.size() > split) {
    Payload rest = parts.back();
    rest.bytes.erase(0, split);
    parts.back().bytes.resize(split);
    parts.push_back(std::move(rest));
  }
  return parts;
}

}  // namespace sipladder::build
