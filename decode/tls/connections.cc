#include "decode/tls/connections.h"

#include <algorithm>

namespace sipladder {

bool TlsConnection::offers_sip() const {
  return std::any_of(alpn_offered.begin(), alpn_offered.end(),
                     [](const std::string& name) { return name.starts_with("sip"); });
}

size_t TlsConnections::EndsHash::operator()(const Ends& ends) const {
  return absl::HashOf(ends.first.ip.bytes, ends.first.port, ends.second.ip.bytes, ends.second.port);
}

uint32_t TlsConnections::begin(const Endpoint& client, const Endpoint& server,
                               const TlsPlace& place) {
  if (rows_.size() >= kMaxTlsConnections) return kNoRow;
  const auto row = static_cast<uint32_t>(rows_.size());
  by_ends_[std::minmax(client, server)] = row;
  TlsConnection& made = rows_.emplace_back();
  changed_.push_back(true);
  changes_.push_back(row);
  made.client = client;
  made.server = server;
  made.source = place.source;
  made.point = place.point;
  made.first_frame = place.frame;
  made.first_ns = place.time_ns;
  return row;
}

std::optional<uint32_t> TlsConnections::join(const Endpoint& client, const Endpoint& server,
                                             const TlsPlace& place) {
  const auto found = by_ends_.find(std::minmax(client, server));
  if (found == by_ends_.end()) {
    const uint32_t row = begin(client, server, place);
    return row == kNoRow ? std::nullopt : std::optional(row);
  }
  TlsConnection& known = edit(found->second);
  if (known.closed_ns != 0) {  // the same ports again
    const uint32_t row = begin(client, server, place);
    return row == kNoRow ? std::nullopt : std::optional(row);
  }
  if (known.unread != TlsUnread::no_handshake) return std::nullopt;
  known.client = client;
  known.server = server;
  known.unread = TlsUnread::no;
  return found->second;
}

TlsConnection& TlsConnections::edit(uint32_t row) {
  if (row >= rows_.size()) return scratch_ = {};
  if (!changed_[row]) changes_.push_back(row);
  changed_[row] = true;
  return rows_[row];
}

void TlsConnections::note_packet(uint32_t row, bool begins, size_t bytes, const TlsPlace& place) {
  TlsConnection& connection = edit(row);
  if (begins) connection.packets++;
  connection.bytes += bytes;
  connection.last_frame = place.frame;
  connection.last_ns = place.time_ns;
}

void TlsConnections::count(const Endpoint& src, const Endpoint& dst, std::string_view payload,
                           const TlsPlace& place) {
  const auto found = by_ends_.find(std::minmax(src, dst));
  uint32_t row = kNoRow;
  if (found != by_ends_.end()) {
    row = found->second;
  } else {
    const bool to_server = dst.port < src.port;
    row = begin(to_server ? src : dst, to_server ? dst : src, place);
    edit(row).unread = TlsUnread::no_handshake;
    note_lone_alert(row, src, payload, place);
  }
  note_packet(row, true, payload.size(), place);
  edit(row).encrypted++;
}

// A connection that begins with a fatal alert: its sender is the server, to which the other side
// did not speak TLS.
void TlsConnections::note_lone_alert(uint32_t row, const Endpoint& src, std::string_view payload,
                                     const TlsPlace& place) {
  constexpr size_t kAlertRecord = 7;
  if (payload.size() != kAlertRecord || payload[0] != 21 || payload[5] != 2) return;
  TlsConnection& connection = edit(row);
  if (connection.server != src) std::swap(connection.client, connection.server);
  connection.alert = TlsAlert{
      static_cast<uint8_t>(payload[6]), true, true, TlsEnd::server, place.time_ns, place.frame};
}

void TlsConnections::note_close(const Endpoint& src, const Endpoint& dst, bool reset,
                                const TlsPlace& place) {
  const auto found = by_ends_.find(std::minmax(src, dst));
  if (found == by_ends_.end() || rows_[found->second].closed_ns != 0) return;
  TlsConnection& connection = edit(found->second);
  if (connection.closed_by == TlsEnd::none)  // a close_notify may have come before
    connection.closed_by = src == connection.client ? TlsEnd::client : TlsEnd::server;
  connection.answered = connection.answered || src == connection.server;
  connection.reset = reset;
  connection.closed_ns = place.time_ns;
  connection.closed_frame = place.frame;
}

void TlsConnections::update(std::vector<TlsConnection>* copy) {
  copy->resize(rows_.size());
  for (const uint32_t row : changes_) {
    (*copy)[row] = rows_[row];
    changed_[row] = false;
  }
  changes_.clear();
}

}  // namespace sipladder
