#include "correlate/session/sdp_hop.h"

#include <fmt/format.h>

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr int kMaxTransactions = 256;  // of a call, searched for the hop before a response
constexpr int kMaxMessages = 256;      // of a transaction, the same

MessageId response_before(const Model& model, const TransactionRecord& txn,
                          const MessageRecord& response) {
  int steps = 0;
  for (MessageId id = txn.last_message; id && steps < kMaxMessages; steps++) {
    const MessageRecord& other = model.messages[id];
    if (other.status == response.status && other.time_ns <= response.time_ns && !other.is_copy())
      return id;
    id = other.previous_in_txn;
  }
  return {};
}

const SdpFormat* format_of(const SdpMedia* media, std::string_view payload) {
  if (media == nullptr) return nullptr;
  const auto found =
      std::find_if(media->formats.begin(), media->formats.end(),
                   [&](const SdpFormat& format) { return format.payload == payload; });
  return found == media->formats.end() ? nullptr : &*found;
}

std::string keys_of(const SdpMedia& media) {
  if (!media.fingerprint.empty()) return "DTLS";
  if (!media.crypto.empty()) return "a=crypto";
  return media.key_mgmt.empty() ? std::string() : "a=key-mgmt";
}

std::string type_text(const SdpMedia* media, std::string_view payload) {
  const SdpFormat* format = format_of(media, payload);
  if (format == nullptr) return {};
  const std::string name = codec_name(*format);
  return name.empty() ? "yes" : name;
}

void compare_types(const SdpMedia* before, const SdpMedia* after, std::vector<SdpRow>* rows) {
  std::vector<std::string_view> payloads;
  for (const SdpMedia* media : {before, after}) {
    if (media == nullptr) continue;
    for (const SdpFormat& format : media->formats) {
      if (std::find(payloads.begin(), payloads.end(), format.payload) == payloads.end())
        payloads.push_back(format.payload);
    }
  }
  for (const std::string_view payload : payloads) {
    rows->push_back(
        {fmt::format("type {}", payload), type_text(before, payload), type_text(after, payload)});
  }
}

template <typename Text>
void add_row(std::string name, const SdpMedia* before, const SdpMedia* after, Text text,
             std::vector<SdpRow>* rows) {
  SdpRow row{std::move(name), before == nullptr ? std::string() : text(*before),
             after == nullptr ? std::string() : text(*after)};
  if (!row.before.empty() || !row.after.empty()) rows->push_back(std::move(row));
}

void compare_media(const SdpMedia* before, const SdpMedia* after, size_t number,
                   std::vector<SdpRow>* rows) {
  const auto add = [&](std::string name, auto text) {
    add_row(std::move(name), before, after, text, rows);
  };
  add(fmt::format("media {}", number), [](const SdpMedia& m) { return std::string(m.media); });
  add("address", [](const SdpMedia& m) { return std::string(m.address); });
  add("port", [](const SdpMedia& m) { return std::to_string(m.port); });
  add("protocol", [](const SdpMedia& m) { return std::string(m.proto); });
  add("direction", [](const SdpMedia& m) { return std::string(to_string(m.direction)); });
  add("keys", keys_of);
  add("ICE", [](const SdpMedia& m) {
    return m.candidates.empty() ? std::string() : fmt::format("{} candidates", m.candidates.size());
  });
  compare_types(before, after, rows);
}

}  // namespace

MessageId hop_before(const Model& model, const MessageRecord& message) {
  if (!message.txn || message.is_copy()) return {};
  const auto& transactions = model.transactions;
  if (message.is_request()) {
    // The ACK of a non-2xx is each hop's own (17.1.1.3).
    if (message.method != transactions[message.txn].method) return {};
    const TransactionId before = transactions[message.txn].request_path;
    return before ? transactions[before].request : MessageId{};
  }
  TransactionId id = model.calls[message.call].first_txn;
  for (int steps = 0; id && steps < kMaxTransactions; steps++) {
    const TransactionRecord& txn = transactions[id];
    if (txn.request_path == message.txn) {
      if (const MessageId found = response_before(model, txn, message)) return found;
    }
    id = txn.next_in_call;
  }
  return {};
}

std::string codec_name(const SdpFormat& format) {
  if (format.encoding.empty()) return {};
  if (format.clock_hz == 0) return std::string(format.encoding);
  std::string name = fmt::format("{}/{}", format.encoding, format.clock_hz);
  if (format.channels > 1) name += fmt::format("/{}", format.channels);
  return name;
}

bool same_codec(const SdpFormat& a, const SdpFormat& b) {
  return equal_no_case(a.encoding, b.encoding) && a.clock_hz == b.clock_hz;
}

std::vector<SdpRow> compare_sdp(std::string_view before, std::string_view after) {
  const Sdp a = parse_sdp(before);
  const Sdp b = parse_sdp(after);
  std::vector<SdpRow> rows;
  for (size_t i = 0; i < std::max(a.media.size(), b.media.size()); i++) {
    compare_media(i < a.media.size() ? &a.media[i] : nullptr,
                  i < b.media.size() ? &b.media[i] : nullptr, i + 1, &rows);
  }
  return rows;
}

}  // namespace sipladder
