#include "main/nat_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "decode/endpoint_text.h"
#include "decode/text.h"
#include "main/nat_hops.h"
#include "main/option_values.h"
#include "query/format.h"

namespace sipladder {
namespace {

constexpr const char* kEndpoints =
    "SELECT e.address, e.port, e.transport, e.role, e.user_agent, e.behind_nat, e.private_address, "
    "e.public_address, e.public_port, e.nat_type, e.mapping, e.filtering, e.keepalive_kind, "
    "e.keepalive_s, e.survived_s, e.died_s, r.n AS registrations, r.moves, r.contact_reach "
    "FROM endpoints e LEFT JOIN (SELECT src, src_port, count(*) AS n, sum(source_changes) AS "
    "moves, coalesce(max(iif(contact_reach='lost', 'lost', NULL)), min(contact_reach)) AS "
    "contact_reach "
    "FROM registrations GROUP BY src, src_port) r ON r.src=e.address AND r.src_port=e.port "
    "WHERE (e.messages_in+e.messages_out>0 OR e.private_address IS NOT NULL OR "
    "e.nat_type IS NOT NULL) "
    // A port of a NAT that only got responses in vain is no endpoint.
    "AND NOT (e.messages_out=0 AND e.behind_nat=1 AND e.private_address IS NULL)";
constexpr const char* kOfChosen =
    " AND (e.address, e.port) IN (SELECT src, src_port FROM messages UNION "
    "SELECT dst, dst_port FROM messages)";
constexpr const char* kFindings = "code LIKE 'nat-%' OR code='audio-private-address'";

bool is_end(const Endpoint& wanted, const Endpoint& end) {
  return wanted.ip == end.ip && (wanted.port == 0 || wanted.port == end.port);
}

// The addresses that a sentence names.
std::set<IpAddress> named_in(std::string_view text) {
  std::set<IpAddress> named;
  while (!text.empty()) {
    std::string_view word = cut(&text, ' ');
    while (!word.empty() && std::string_view("(,;:.)").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    if (!word.empty() && word.front() == '(') word.remove_prefix(1);
    if (const auto end = parse_endpoint(word)) named.insert(end->ip);
  }
  return named;
}

// What --endpoint chooses: endpoints whose own, public or private address it is.
class Wanted {
 public:
  explicit Wanted(const Options& options)
      : end_(options.endpoint.empty() ? std::nullopt : parse_endpoint(options.endpoint)) {}

  const IpAddress* ip() const { return end_ ? &end_->ip : nullptr; }
  bool endpoint(const NatRows& rows, size_t row) const {
    if (!end_) return true;
    const auto port = [&](const char* name) {
      return static_cast<uint16_t>(rows.number(row, name));
    };
    const auto ip = [&](const char* name) {
      return parse_ip(rows.at(row, name).text).value_or(IpAddress{});
    };
    return is_end(*end_, {ip("address"), port("port")}) ||
           is_end(*end_, {ip("public_address"), port("public_port")}) ||
           (end_->port == 0 && ip("private_address") == end_->ip);
  }
  bool hop(const ViaHop& hop) const {
    if (!end_) return true;
    return is_end(*end_, hop.source) || is_end(*end_, hop.server) ||
           is_end(*end_, hop.answered_to) ||
           (hop.sent_by_ip && is_end(*end_, {*hop.sent_by_ip, hop.sent_by_port})) ||
           (hop.received && is_end(*end_, {*hop.received, hop.rport.value_or(0)}));
  }
  bool finding(const Finding& finding, const std::vector<Endpoint>& ends) const {
    if (!end_) return true;
    for (const Endpoint& end : ends) {
      if (is_end(*end_, end)) return true;
    }
    return named_in(finding.summary).contains(end_->ip);
  }

 private:
  std::optional<Endpoint> end_;
};

// The ends of the finding's transaction or message.
std::vector<Endpoint> ends_of(const Model& model, const Finding& finding) {
  if (model.transactions.holds(finding.txn)) {
    const TransactionRecord& txn = model.transactions[finding.txn];
    return {model.endpoints[txn.src], model.endpoints[txn.dst]};
  }
  if (!model.messages.holds(finding.message)) return {};
  const MessageRecord& message = model.messages[finding.message];
  return {model.endpoints[message.src], model.endpoints[message.dst]};
}

// The findings of one endpoint, each once.
using Told = std::set<const Finding*>;

class Gathering {
 public:
  Gathering(Session& session, Reader& reader, const Options& options)
      : session_(session), reader_(reader), wanted_(options) {}

  std::string gather(const Options& options, NatReport* report) {
    std::string error;
    for (const Finding* finding : chosen_findings(session_, reader_, kFindings, &error))
      add(*finding, report);
    if (error.empty()) error = add_endpoints(&report->endpoints);
    if (!error.empty()) return error;
    session_.analyst.nat().update();
    NatHopRows hops(reader_);
    for (const ViaHop& hop : session_.analyst.nat().hops()) {
      const TransactionRecord& txn = session_.model.transactions[hop.txn];
      const bool answerable = txn.method != Method::ack && reader_.is_chosen(txn.call);
      const bool named = wanted_.hop(hop) || (wanted_.ip() && hops.names_below(hop, *wanted_.ip()));
      if (answerable && named) hops.add(hop);
    }
    report->hops = hops.take();
    summarize(report);
    limit(options, report);
    return {};
  }

 private:
  void add(const Finding& finding, NatReport* report) {
    const std::vector<Endpoint> ends = ends_of(session_.model, finding);
    if (!wanted_.finding(finding, ends)) return;
    report->findings.push_back(&finding);
    // The message that proves a finding about audio can have passed between other hosts: the
    // addresses in its summary are those of the media.
    if (finding.code.starts_with("audio-")) {
      for (const IpAddress& ip : named_in(finding.summary))
        told_by_ip_[to_string(ip)].insert(&finding);
      return;
    }
    for (const Endpoint& end : ends) told_[{to_string(end.ip), end.port}].insert(&finding);
  }

  std::string add_endpoints(NatRows* rows) {
    NatRows all;
    const std::string error = Database(reader_).run(
        std::string(kEndpoints) + (reader_.has_choice() ? kOfChosen : ""),
        [&](const std::vector<ResultColumn>& columns) { all.columns = columns; },
        [&](const std::vector<Value>& values) {
          all.rows.push_back(values);
          return true;
        });
    if (!error.empty()) return error;
    std::multimap<std::pair<int, int>, std::vector<Value>> sorted;
    for (size_t i = 0; i < all.rows.size(); i++) {
      if (!wanted_.endpoint(all, i)) continue;
      const Told told = told_of(all, i);
      const auto worst = std::max_element(told.begin(), told.end(), [](auto* a, auto* b) {
        return std::tuple(a->severity, b->code) < std::tuple(b->severity, a->code);
      });
      const auto faults = static_cast<uint64_t>(std::count_if(
          told.begin(), told.end(), [](auto* one) { return one->severity != Severity::info; }));
      const int severity = worst == told.end() ? 0 : static_cast<int>((*worst)->severity);
      const bool behind = all.number(i, "behind_nat") == 1;
      std::vector<Value> row = all.rows[i];
      row.push_back(count_value(faults));
      row.push_back(worst == told.end() ? Value{} : text_value((*worst)->code));
      sorted.emplace(std::pair(-severity, behind ? 0 : 1), std::move(row));
    }
    rows->columns = all.columns;
    rows->columns.push_back({"faults"});
    rows->columns.push_back({"worst"});
    for (auto& entry : sorted) rows->rows.push_back(std::move(entry.second));
    return {};
  }

  Told told_of(const NatRows& rows, size_t row) const {
    Told all;
    const auto take = [&](const auto& told, const auto& key) {
      const auto found = told.find(key);
      if (found != told.end()) all.insert(found->second.begin(), found->second.end());
    };
    const std::string& address = rows.at(row, "address").text;
    take(told_, std::pair(address, rows.number(row, "port")));
    take(told_by_ip_, address);
    take(told_by_ip_, rows.text(row, "private_address"));
    return all;
  }

  static void limit(const Options& options, NatReport* report) {
    for (NatRows* rows : {&report->endpoints, &report->hops})
      rows->rows.resize(std::min<uint64_t>(rows->rows.size(), options.limit));
    report->findings.resize(std::min<uint64_t>(report->findings.size(), options.limit));
  }

  Session& session_;
  Reader& reader_;
  Wanted wanted_;
  std::map<std::pair<std::string, int64_t>, Told> told_;
  std::map<std::string, Told> told_by_ip_;
};

}  // namespace

NatReport nat_report(Session& session, const Options& options, const ChosenCalls& chosen,
                     std::string* error) {
  Reader reader(session.model, session.log, session.analyst);
  reader.choose(chosen.get());
  NatReport report;
  *error = Gathering(session, reader, options).gather(options, &report);
  return report;
}

}  // namespace sipladder
