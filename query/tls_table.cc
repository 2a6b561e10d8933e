#include "decode/tls/names.h"
#include "decode/tls/words.h"
#include "decode/utc_text.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const TlsConnection& tls(Reader& r, RowId row) {
  return r.model.tls[row.id - 1];
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
  kGet(tls(r, row), v);
}
template <auto kGet>
void of_certificate(Reader& r, RowId row, Value& v) {
  if (tls(r, row).certificate) kGet(*tls(r, row).certificate, v);
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
    "one row per TLS connection",
    {
        {"id", "INTEGER", "in capture order", row_id},
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
         [](Reader& r, RowId row, Value& v) {
           v.set_time(r.model.has_times(tls(r, row).source), tls(r, row).first_ns);
         }},
        {"last_ns", "INTEGER", "last packet with data",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(r.model.has_times(tls(r, row).source), tls(r, row).last_ns);
         }},
        {"server_name", "TEXT", "whom the client wants to reach (SNI, RFC 6066)",
         of_connection<[](const Tls& c, Value& v) { v.set_if(c.server_name); }>},
        {"versions_offered", "JSON", "versions of TLS that the client offers",
         of_connection<[](const Tls& c, Value& v) {
           set_list(c.versions_offered, tls_version_name, v);
         }>},
        {"version", "TEXT", "chosen by the server: 1.0 to 1.3",
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
           const TlsConnection& c = tls(r, row);
           if (r.model.has_times(c.source)) v.set_milliseconds(c.hello_ns, c.done_ns);
         }},
        {"bytes", "INTEGER", "TCP payload, both directions",
         of_connection<[](const Tls& c, Value& v) { v.set_count(c.bytes); }>},
        {"decrypted", "INTEGER", "1: records were decrypted",
         of_connection<[](const Tls& c, Value& v) { v.set(int64_t{c.decrypted()}); }>},
        {"why_not", "TEXT", "why records were not decrypted",
         of_connection<[](const Tls& c, Value& v) { v.set_if(why_not_text(c)); }>},
        {"key_needed", "TEXT", "lines of a key log that would open it",
         of_connection<[](const Tls& c, Value& v) { v.set_if(key_needed_text(c)); }>},
    },
    [](Reader& r) { return static_cast<uint32_t>(r.model.tls.size()); },
    one_part,
    "id,src,src_port,dst,dst_port,server_name,version,suite,alert,alert_by,handshake_ms,decrypted,"
    "why_not",
    "alert_by,handshake_ms,id,src_port,suite,server_name"};

}  // namespace sipladder
