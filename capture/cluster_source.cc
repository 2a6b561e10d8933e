#include "capture/cluster_source.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "capture/packet_store.h"
#include "capture/raw_packet.h"
#include "capture/time_units.h"

namespace sipladder {
namespace {

using Cell = ClusterClient::Cell;
using Kind = ClusterAnswer::Kind;

// The columns of a row, in this order.
enum At : size_t {
  probe,
  time_ns,
  transport,
  src,
  src_port,
  dst,
  dst_port,
  raw,
  inferred,
  columns
};
constexpr std::string_view kColumns =
    "probe, time_ns, transport, src, src_port, dst, dst_port, raw, inferred";

int64_t number_in(const Cell& cell) {
  int64_t number = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), number);
  return number;
}

Transport transport_called(std::string_view name) {
  constexpr std::pair<std::string_view, Transport> kAll[] = {
      {"tcp", Transport::tcp}, {"tls", Transport::tls},   {"ws", Transport::ws},
      {"wss", Transport::wss}, {"sctp", Transport::sctp},
  };
  for (const auto& [known, transport] : kAll) {
    if (name == known) return transport;
  }
  return Transport::udp;
}

// False: it is known by its name, or not at all, as logs have it.
bool read_end(const Cell& address, const Cell& port, RawEndpoint* end) {
  const bool is_address = address && parse_raw_ip(*address, end);
  if (!is_address && address) name_raw_host(*address, end);
  end->port = static_cast<uint16_t>(number_in(port));
  return is_address;
}

// One probe's messages on their way into a file.
class ProbeFile {
 public:
  std::string begin(const std::string& path, std::string name) {
    info_.name = std::move(name);
    info_.format = "clickhouse";
    info_.link_type = kRawIp;
    info_.fine_times = true;
    info_.has_times = false;  // until one is told
    if (std::string wrong = file_.create(path); !wrong.empty()) return wrong;
    store_ = std::make_unique<PacketStore>(file_);
    return store_->error();
  }

  void add(const std::vector<Cell>& row) {
    RawEndpoint from, to;
    const bool plain = read_end(row[src], row[src_port], &from);
    const bool both = read_end(row[dst], row[dst_port], &to) && plain;
    const std::string bytes = raw_udp_packet(from, to, *row[raw]);
    const int64_t told_ns = number_in(row[time_ns]);
    constexpr int64_t kStepNs = kMillisecondNs;  // between messages whose time is not told
    Packet packet;
    packet.time_ns = kept_time(told_ns > 0 ? told_ns : info_.last_ns + kStepNs);
    packet.frame = static_cast<uint32_t>(++info_.packets);
    packet.original = static_cast<uint32_t>(bytes.size());
    packet.link_type = kRawIp;
    packet.transport = transport_called(row[transport].value_or(""));
    packet.inferred = number_in(row[inferred]) != 0;
    // What came over UDP can be a copy of what another probe saw; of others the transport counts.
    packet.logged = packet.transport != Transport::udp || !both || packet.inferred || told_ns <= 0;
    packet.ref = not_stored(bytes.size());
    packet.data = reinterpret_cast<const uint8_t*>(bytes.data());
    store_->add(packet);
    info_.has_times = info_.has_times || told_ns > 0;
    info_.bytes += bytes.size();
    if (info_.packets == 1) info_.first_ns = packet.time_ns;
    info_.last_ns = packet.time_ns;
  }

  std::string finish() {
    store_->finish({&info_});
    store_->note_complete();
    return store_->error().empty() ? file_.finish() : store_->error();
  }

 private:
  DbFile file_;
  std::unique_ptr<PacketStore> store_;
  SourceInfo info_;
};

// Rows come probe by probe.
class Fetch {
 public:
  Fetch(std::string name, std::string folder, ClusterFetched* fetched)
      : name_(std::move(name)), folder_(std::move(folder)), fetched_(fetched) {}

  bool take(const std::vector<Cell>& row) {
    if (fetched_->messages >= kMostFetchedMessages) {
      is_cut_ = true;
      return false;
    }
    if (!row[raw]) {
      without_bytes_++;
      return true;
    }
    if (file_ == nullptr || row[probe] != probe_) {
      if (!end_file() || !begin_file(row[probe].value_or(""))) return false;
    }
    fetched_->messages++;
    file_->add(row);
    return true;
  }

  std::string finish() {
    end_file();
    const auto told = [&](uint64_t count, const std::string& what) {
      if (count > 0) fetched_->missing.push_back(name_ + ": " + std::to_string(count) + what);
    };
    told(without_bytes_, " messages have no bytes that their probe could read");
    told(is_cut_ ? kMostFetchedMessages : 0,
         " messages were fetched, which are not all: choose fewer calls (--where, --from, --to)");
    if (too_many_probes_)
      fetched_->missing.push_back(name_ + ": messages of more probes than " +
                                  std::to_string(kMostFetchedProbes) +
                                  " are there: choose fewer "
                                  "calls");
    return trouble_;
  }

 private:
  bool begin_file(std::string probe_name) {
    if (fetched_->files.size() >= kMostFetchedProbes) {
      too_many_probes_ = true;
      return false;
    }
    probe_ = std::move(probe_name);
    file_ = std::make_unique<ProbeFile>();
    const std::string path = folder_ + "/" + std::to_string(fetched_->files.size() + 1) + ".db";
    trouble_ = file_->begin(path, name_ + " " + *probe_);
    fetched_->files.push_back(path);
    return trouble_.empty();
  }
  bool end_file() {
    if (file_ != nullptr && trouble_.empty()) trouble_ = file_->finish();
    file_.reset();
    return trouble_.empty();
  }

  std::string name_, folder_;
  ClusterFetched* fetched_;
  std::unique_ptr<ProbeFile> file_;
  Cell probe_;
  std::string trouble_;
  uint64_t without_bytes_ = 0;
  bool is_cut_ = false, too_many_probes_ = false;
};

std::string calls_where(const std::string& condition) {
  return condition.empty() ? std::string() : " WHERE " + condition;
}

// Calls as a condition on the rows of their messages: their Call-IDs, which are text of the network
// and escaped, and their days, by which a server knows what it need not read.
struct CallsWanted {
  std::string list;
  int64_t first_ns = INT64_MAX, last_ns = 0;

  void add(const std::vector<Cell>& row) {
    list.append(list.empty() ? "" : ",").append(cluster_string(row[0].value_or("")));
    first_ns = std::min(first_ns, number_in(row[1]));  // 0 where one has no times
    last_ns = std::max(last_ns, number_in(row[2]));
  }
  std::string condition() const {
    const auto day = [](int64_t ns) {
      return "toDate(toDateTime(" + std::to_string(std::max<int64_t>(ns, 0) / kSecondNs) +
             ", 'UTC'))";
    };
    // A day more on each side: clocks of probes differ, at midnight too.
    return "call_id IN (" + list + ") AND day >= " + day(kept_time(first_ns) - kDayNs) +
           " AND day <= " + day(kept_time(last_ns) + kDayNs);
  }
};

ClusterAnswer choose_newest(ClusterClient& client, const std::string& name,
                            const std::string& condition, ClusterFetched* fetched,
                            CallsWanted* chosen) {
  uint64_t calls = 0;
  std::string missing;
  const ClusterAnswer answer = select_what_is_there(
      client,
      "SELECT call_id, min(start_ns), max(end_ns) FROM calls" + calls_where(condition) +
          " GROUP BY call_id ORDER BY max(start_ns) DESC LIMIT " +
          std::to_string(kMostFetchedCalls + 1),
      {[](const auto&) {},
       [&](const std::vector<Cell>& row) {
         if (++calls > kMostFetchedCalls) return true;
         chosen->add(row);
         return true;
       },
       3},
      &missing);
  if (!missing.empty()) fetched->missing.push_back(name + ": " + missing);
  if (calls > kMostFetchedCalls)
    fetched->missing.push_back(name + ": the newest " + std::to_string(kMostFetchedCalls) +
                               " calls are fetched, and more are there: choose fewer (--where, "
                               "--from, --to)");
  return answer;
}

}  // namespace

ClusterAnswer select_what_is_there(ClusterClient& client, const std::string& sql,
                                   const ClusterClient::Result& result, std::string* missing) {
  ClusterAnswer answer = client.select(sql, result);
  if (answer.kind != Kind::away || answer.code == 0) return answer;
  ClusterAnswer second = client.select(sql, result, true);
  if (second.kind != Kind::done) return answer;
  *missing = "what a server of the cluster holds is missing: " + answer.sentence;
  return second;
}

ClusterAnswer fetch_calls(ClusterClient& client, const std::string& name,
                          const std::string& condition, const std::string& folder,
                          ClusterFetched* fetched) {
  CallsWanted calls;
  ClusterAnswer chosen = choose_newest(client, name, condition, fetched, &calls);
  if (chosen.kind != Kind::done || calls.list.empty()) return chosen;
  // By a list, which the index of the table knows: a subquery took twenty times as long.
  const std::string sql = "SELECT " + std::string(kColumns) + " FROM messages FINAL WHERE " +
                          calls.condition() + " ORDER BY probe, time_ns, frame, id, seen_ns";
  Fetch fetch(name, folder, fetched);
  std::string missing;  // has been told
  const ClusterAnswer answer = select_what_is_there(
      client, sql, {[](const auto&) {}, [&](const auto& row) { return fetch.take(row); }, columns},
      &missing);
  const std::string trouble = fetch.finish();
  if (!trouble.empty()) return {Kind::away, 0, trouble};
  return answer;
}

}  // namespace sipladder
