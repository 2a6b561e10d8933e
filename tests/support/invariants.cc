#include "tests/support/invariants.h"

#include <algorithm>

#include "query/database.h"

namespace sipladder {
namespace {

// A column that holds the id of a row of another table, or NULL.
struct Reference {
  const char* table;
  const char* column;
  const char* target;
};
constexpr Reference kReferences[] = {
    {"calls", "session", "calls"},
    {"messages", "call", "calls"},
    {"messages", "dialog", "dialogs"},
    {"messages", "txn", "transactions"},
    {"messages", "retransmission_of", "messages"},
    {"messages", "duplicate_of", "messages"},
    {"transactions", "call", "calls"},
    {"transactions", "dialog", "dialogs"},
    {"transactions", "request_path", "transactions"},
    {"dialogs", "call", "calls"},
    {"sdp", "message", "messages"},
    {"sdp", "dialog", "dialogs"},
    {"streams", "call", "calls"},
    {"streams", "dialog", "dialogs"},
    {"registrations", "call", "calls"},
    {"subscriptions", "call", "calls"},
    {"relay_sessions", "call", "calls"},
    {"findings", "call", "calls"},
    {"findings", "dialog", "dialogs"},
    {"findings", "txn", "transactions"},
    {"findings", "stream", "streams"},
    {"findings", "message", "messages"},
};

// Queries that count what must not be.
struct Rule {
  const char* sentence;
  const char* violations;
};
constexpr Rule kRules[] = {
    {"the counters of `stats` add up to the packets",
     "SELECT (SELECT sum(count) FROM stats WHERE \"group\"='packets') <> "
     "(SELECT count FROM stats WHERE \"group\"='capture' AND name='packets')"},
    {"the counters of each source add up to its packets",
     "SELECT count(*) FROM capture WHERE sip+rtp+rtcp+other+undecoded <> packets"},
    {"the packets of the sources add up to those of `stats`",
     "SELECT (SELECT coalesce(sum(packets), 0) FROM capture) <> "
     "(SELECT count FROM stats WHERE \"group\"='capture' AND name='packets')"},
    {"every message names a source",
     "SELECT count(*) FROM messages WHERE file NOT IN (SELECT file FROM capture)"},
    {"the frame of every message is one of its source",
     "SELECT count(*) FROM messages m JOIN capture c ON c.file = m.file "
     "WHERE m.frame NOT BETWEEN 1 AND c.packets"},
    {"the frame of every row of relay_sessions is one of its source",
     "SELECT count(*) FROM relay_sessions r LEFT JOIN capture c ON c.file = r.file "
     "WHERE c.file IS NULL OR r.frame NOT BETWEEN 1 AND c.packets"},
    {"a stream that nobody named comes from and goes to addresses that no SDP has",
     "SELECT count(*) FROM streams s WHERE why_no_call LIKE 'nobody named it%' AND EXISTS "
     "(SELECT 1 FROM (SELECT DISTINCT address, port FROM sdp WHERE port <> 0) n WHERE "
     "n.address = s.dst AND n.port = s.dst_port OR n.address = s.src AND n.port = s.src_port)"},
    {"calls.messages and calls.retransmissions are rows of messages",
     "SELECT count(*) FROM calls LEFT JOIN (SELECT call AS c, count(*) AS n, "
     "sum(retransmission_of IS NOT NULL) AS r FROM messages GROUP BY call) ON c = id "
     "WHERE coalesce(n, 0) <> messages OR coalesce(r, 0) <> retransmissions"},
    {"calls.transactions are rows of transactions",
     "SELECT count(*) FROM calls LEFT JOIN (SELECT call AS c, count(*) AS n FROM transactions "
     "GROUP BY call) ON c = id WHERE coalesce(n, 0) <> transactions"},
    {"calls.dialogs are rows of dialogs",
     "SELECT count(*) FROM calls LEFT JOIN (SELECT call AS c, count(*) AS n FROM dialogs "
     "GROUP BY call) ON c = id WHERE coalesce(n, 0) <> dialogs"},
    {"calls.findings are rows of findings, and calls.worst is the worst of them",
     "SELECT count(*) FROM calls LEFT JOIN (SELECT call AS c, count(*) AS n, "
     "max(CASE severity WHEN 'error' THEN 3 WHEN 'warning' THEN 2 ELSE 1 END) AS s "
     "FROM findings GROUP BY call) ON c = id WHERE coalesce(n, 0) <> findings OR s IS NOT "
     "CASE worst WHEN 'error' THEN 3 WHEN 'warning' THEN 2 WHEN 'info' THEN 1 END"},
    {"messages.vias are rows of vias",
     "SELECT count(*) FROM messages LEFT JOIN (SELECT message AS m, count(*) AS n FROM vias "
     "GROUP BY message) ON m = id WHERE coalesce(n, 0) <> vias"},
    {"transactions hold the messages that they count",
     "SELECT count(*) FROM transactions t LEFT JOIN (SELECT txn, count(*) AS n FROM messages "
     "GROUP BY txn) m ON m.txn = t.id WHERE t.requests + t.responses + t.provisionals > "
     "coalesce(n, 0)"},
    {"no difference of two times overflows",
     "SELECT count(*) FROM capture WHERE typeof(last_ns - first_ns) = 'real'"},
};

class Checker {
 public:
  explicit Checker(Session& session)
      : session_(session),
        reader_(session.model, session.log, session.analyst),
        database_(reader_) {}

  std::vector<std::string> broken() {
    for (const Rule& rule : kRules) check(rule.sentence, rule.violations);
    for (const Reference& r : kReferences) check_reference(r);
    check_evidence();
    return std::move(broken_);
  }

 private:
  void check(const std::string& sentence, const std::string& violations) {
    int64_t count = 0;
    const std::string error = database_.run(
        violations, [](const auto&) {},
        [&](const std::vector<Value>& values) {
          count = values[0].integer;
          return true;
        });
    if (!error.empty()) broken_.push_back(sentence + ": " + error);
    if (count != 0) broken_.push_back(sentence + ": not so " + std::to_string(count) + " times");
  }

  void check_reference(const Reference& r) {
    const std::string column = std::string(r.table) + "." + r.column;
    check(column + " is the id of a row of " + r.target,
          "SELECT count(*) FROM " + std::string(r.table) + " WHERE " + column +
              " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + r.target +
              " AS t WHERE t.id = " + column + ")");
  }

  void check_evidence() {
    uint64_t newest = 0;
    for (const SourceInfo& source : session_.model.captures)
      newest = std::max(newest, source.packets);
    for (const Finding* finding : session_.analyst.all()) {
      const std::vector<uint32_t>& frames = finding->evidence;
      if (!std::is_sorted(frames.begin(), frames.end(), std::less_equal<>()))
        broken_.push_back(std::string(finding->code) + ": its evidence is not ascending");
      if (!frames.empty() && (frames.front() == 0 || frames.back() > newest))
        broken_.push_back(std::string(finding->code) + ": its evidence names no frame");
    }
  }

  Session& session_;
  Reader reader_;
  Database database_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_invariants(Session& session) {
  return Checker(session).broken();
}

std::vector<std::string> broken_invariants(const std::vector<std::string>& captures,
                                           size_t memory) {
  Session session;
  session.set_memory(memory);
  std::vector<std::string> errors;
  OpenOptions options;
  options.keys = &session.keys;
  auto source = open_captures(captures, options, session.log, &errors);
  if (source == nullptr) return {};
  session.set_source(std::move(source));
  session.run();
  return broken_invariants(session);
}

}  // namespace sipladder
