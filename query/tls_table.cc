#include "decode/tls/names.h"
#include "decode/tls/words.h"
#include "decode/utc_text.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

// A handshake of DTLS, as far as the columns tell of one. Its records are not decrypted: the table
// tells whether the keys of the SRTP beside it are known.
TlsConnection as_connection(Reader& r, const HandshakeRecord& handshake) {
  TlsConnection c;
  c.client = handshake.client;
  c.server = handshake.server;
  c.source = handshake.source;
  c.first_frame = handshake.first_frame;
  c.first_ns = handshake.first_ns;
  c.last_ns = handshake.last_ns;
  c.version = handshake.version;
  c.suite = handshake.suite;
  if (handshake.random != 0)
    c.client_random.assign(handshake.client_random.data(), handshake.client_random.size());
  if (handshake.alert != 0) {
    c.alert.emplace();
    c.alert->number = handshake.alert;
    c.alert->by = handshake.alert_by_client ? TlsEnd::client : TlsEnd::server;
  }
  if (r.analyst.media().srtp().has_secret_of(handshake)) {
    c.encrypted = c.opened = 1;
  } else if (handshake.version != 0) {  // before a ServerHello nothing is encrypted
    c.unread = handshake.random == 0 ? TlsUnread::no_handshake : TlsUnread::no_key;
  }
  return c;
}

// The rows of TLS come first, those of DTLS behind them.
template <typename Use>
void with_connection(Reader& r, RowId row, Use use) {
  const size_t index = row.id - 1;
  const auto& connections = r.model.tls;
  if (index < connections.size()) return use(connections[index]);
  use(as_connection(r, r.model.handshakes[index - connections.size()]));
}

template <typename List, typename Text>
void set_list(const List& list, Text text, Value& v) {
  if (list.empty()) return;
  JsonArray array;
  for (const auto& one : list) array.add(text(one));
  v.set(array.text());
}

std::string_view as_it_is(const std::string& text) {
  return text;
}

// Make a getter of a column from a function that gets the connection, or the certificate if there
// is one.
template <auto kGet>
void of_connection(Reader& r, RowId row, Value& v) {
  with_connection(r, row, [&](const TlsConnection& c) { kGet(c, v); });
}
template <auto kGet>
void of_certificate(Reader& r, RowId row, Value& v) {
  with_connection(r, row, [&](const TlsConnection& c) {
    if (c.certificate) kGet(*c.certificate, v);
  });
}
template <int64_t TlsConnection::*kTime>
void of_time(Reader& r, RowId row, Value& v) {
  with_connection(
      r, row, [&](const TlsConnection& c) { v.set_time(r.model.has_times(c.source), c.*kTime); });
}
using Tls = TlsConnection;
using Of = Certificate;

void set_alert(const Tls& c, Value& v) {
  if (!c.alert) return;
  v.set(c.alert->readable ? alert_name(c.alert->number) : std::string("encrypted"));
}

}  // namespace

const TableDescription kTlsTable{
    "tls",
    "one row per TLS connection and per handshake of DTLS",
    {
        {"id", "INTEGER", "TLS in capture order, then DTLS", row_id},
        {"file", "INTEGER", "capture.file",
         of_connection<[](const Tls& c, Value& v) { v.set(int64_t{c.source} + 1); }>},
        {"frame", "INTEGER", "its first packet with a TLS record",
         of_connection<[](const Tls& c, Value& v) { v.set(int64_t{c.first_frame}); }>},
        {"src", "TEXT", "the client",
         of_connection<[](const Tls& c, Value& v) { v.set_ip(c.client); }>},
        {"src_port", "INTEGER", "its port",
         of_connection<[](const Tls& c, Value& v) { v.set_port(c.client); }>},
        {"dst", "TEXT", "the server",
         of_connection<[](const Tls& c, Value& v) { v.set_ip(c.server); }>},
        {"dst_port", "INTEGER", "its port",
         of_connection<[](const Tls& c, Value& v) { v.set_port(c.server); }>},
        {"first_ns", "INTEGER", "first packet with a TLS record",
         of_time<&TlsConnection::first_ns>},
        {"last_ns", "INTEGER", "last packet with data", of_time<&TlsConnection::last_ns>},
        {"server_name", "TEXT", "whom the client wants to reach (SNI, RFC 6066)",
         of_connection<[](const Tls& c, Value& v) { v.set_if(c.server_name); }>},
        {"versions_offered", "JSON", "versions of TLS that the client offers",
         of_connection<[](const Tls& c, Value& v) {
           set_list(c.versions_offered, tls_version_name, v);
         }>},
        {"version", "TEXT", "chosen by the server: 1.0 to 1.3, DTLS 1.0, 1.2 or 1.3",
         of_connection<[](const Tls& c, Value& v) {
           if (c.version != 0) v.set(tls_version_name(c.version));
         }>},
        {"suite", "TEXT", "cipher suite, chosen by the server",
         of_connection<[](const Tls& c, Value& v) {
           if (c.version != 0) v.set(suite_name(c.suite));
         }>},
        {"alpn", "TEXT", "protocol that the server chose (RFC 7301)",
         of_connection<[](const Tls& c, Value& v) { v.set_if(c.alpn); }>},
        {"subject", "TEXT",
         "of the server's certificate, where it passes in the clear or is decrypted",
         of_certificate<[](const Of& c, Value& v) { v.set_if(c.subject); }>},
        {"names", "JSON", "host names and addresses of that certificate",
         of_certificate<[](const Of& c, Value& v) { set_list(c.names, as_it_is, v); }>},
        {"issuer", "TEXT", "who signed it",
         of_certificate<[](const Of& c, Value& v) { v.set_if(c.issuer); }>},
        {"not_before", "TEXT", "from when on it is valid",
         of_certificate<[](const Of& c, Value& v) { v.set_if(utc_text(c.not_before_ns)); }>},
        {"not_after", "TEXT", "until when",
         of_certificate<[](const Of& c, Value& v) { v.set_if(utc_text(c.not_after_ns)); }>},
        {"alert", "TEXT", "that ended the handshake or the connection; encrypted: not readable",
         of_connection<set_alert>},
        {"alert_by", "TEXT", "client, server", of_connection<[](const Tls& c, Value& v) {
           if (c.alert) v.set_if(end_word(c.alert->by));
         }>},
        {"closed_by", "TEXT", "client, server: who ended it first",
         of_connection<[](const Tls& c, Value& v) { v.set_if(end_word(c.closed_by)); }>},
        {"handshake_ms", "REAL", "from the first hello to the last Finished",
         [](Reader& r, RowId row, Value& v) {
           with_connection(r, row, [&](const TlsConnection& c) {
             if (r.model.has_times(c.source)) v.set_milliseconds(c.hello_ns, c.done_ns);
           });
         }},
        {"bytes", "INTEGER", "TCP payload, both directions; NULL for DTLS",
         of_connection<[](const Tls& c, Value& v) {
           if (c.bytes != 0) v.set_count(c.bytes);
         }>},
        {"decrypted", "INTEGER",
         "1: records were decrypted; of DTLS: the keys of its SRTP are known",
         of_connection<[](const Tls& c, Value& v) { v.set(int64_t{c.decrypted()}); }>},
        {"why_not", "TEXT", "why records were not decrypted",
         of_connection<[](const Tls& c, Value& v) { v.set_if(why_not_text(c)); }>},
        {"key_needed", "TEXT", "lines of a key log that would open it",
         of_connection<[](const Tls& c, Value& v) { v.set_if(key_needed_text(c)); }>},
    },
    [](Reader& r) { return static_cast<uint32_t>(r.model.tls.size() + r.model.handshakes.size()); },
    one_part,
    "id,src,src_port,dst,dst_port,server_name,version,suite,alert,alert_by,handshake_ms,decrypted,"
    "why_not",
    "alert_by,handshake_ms,id,src_port,suite,server_name"};

}  // namespace sipladder
