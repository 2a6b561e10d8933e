#include "capture/db_source.h"

#include <sqlite3.h>

#include <algorithm>
#include <sstream>

#include "capture/db_file.h"
#include "capture/packet_block.h"
#include "capture/raw_packet.h"
#include "capture/session_tables.h"
#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kMostSources = 60'000;

class DbSource : public PacketSource {
 public:
  explicit DbSource(uint16_t index) : index_(index) {}

  std::string begin(const std::string& path, int64_t clock_ahead_ns) {
    if (std::string error = file_.open(path); !error.empty()) return error;
    if (std::string error = read_sources(); !error.empty()) return error;
    if (infos_.empty()) return path + ": holds no packets: it was not written to its end";
    ahead_ns_ = clock_ahead_ns;
    for (SourceInfo& info : infos_) {
      info.first_ns = corrected_time(info.first_ns, ahead_ns_);
      info.last_ns = corrected_time(info.last_ns, ahead_ns_);
      info.clock_ahead_ns += ahead_ns_;
    }
    infos_.front().size = number_of("SELECT count(*) FROM sipladder_packets");
    name_hosts();
    complete_ = number_of("SELECT max(complete) FROM sipladder_session") == 1;
    return file_.prepare("SELECT block FROM sipladder_packets ORDER BY id", &blocks_);
  }

  ReadResult next(Packet* packet) override {
    if (ended_) return ReadResult::end;
    while (at_ >= block_.size()) {
      if (!read_block()) return end({});
    }
    *packet = {};
    if (!take_packet(block_, &at_, packet) || packet->source >= infos_.size())
      return end("a block of packets contradicts itself");
    packet->source = static_cast<uint16_t>(packet->source + index_);
    packet->point = std::min(packet->point, kLastPoint);
    packet->time_ns = corrected_time(packet->time_ns, ahead_ns_);
    packets_++;
    return ReadResult::packet;
  }

  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const SourceInfo& info : infos_) result.push_back(&info);
    return result;
  }

 private:
  uint64_t number_of(const std::string& sql) {
    DbStatement statement;
    if (!file_.prepare(sql, &statement).empty() || sqlite3_step(statement.raw) != SQLITE_ROW)
      return 0;
    return static_cast<uint64_t>(sqlite3_column_int64(statement.raw, 0));
  }

  std::string read_sources() {
    DbStatement rows;
    if (std::string error = file_.prepare(std::string(kSelectSources), &rows); !error.empty())
      return error;
    while (sqlite3_step(rows.raw) == SQLITE_ROW && infos_.size() < kMostSources)
      infos_.push_back(source_of(rows));
    return {};
  }

  void name_hosts() {
    DbStatement names;
    if (!file_.prepare("SELECT name FROM sipladder_hosts ORDER BY name", &names).empty()) return;
    for (size_t i = 0; i < kMaxHostNames && sqlite3_step(names.raw) == SQLITE_ROW; i++) {
      RawEndpoint host;
      name_raw_host(names.text(0), &host);
    }
  }

  static SourceInfo source_of(const DbStatement& row) {
    const auto text = [&](int at) { return row.text(at); };
    const auto count = [&](int at) {
      return static_cast<uint64_t>(sqlite3_column_int64(row.raw, at));
    };
    SourceInfo info;
    info.name = text(0);
    info.format = text(1);
    info.link_type = static_cast<uint16_t>(count(2));
    info.packets = count(3);
    info.bytes = count(4);
    info.dropped = count(5);
    info.has_times = count(6) != 0;
    info.has_dates = count(7) != 0;
    info.whole_seconds = count(8) != 0;
    info.refused = count(9);
    info.connections_closed = count(10);
    info.unread = count(11);
    info.first_unread = text(12);
    info.first_ns = kept_time(sqlite3_column_int64(row.raw, 13));
    info.last_ns = kept_time(sqlite3_column_int64(row.raw, 14));
    info.clock_ahead_ns = kept_time(sqlite3_column_int64(row.raw, 15));
    info.damage = text(16);
    info.fine_times = count(17) != 0;
    std::istringstream interfaces(text(18));
    for (std::string name; std::getline(interfaces, name);) info.interfaces.push_back(name);
    info.ends_forgotten = count(19);
    return info;
  }

  bool read_block() {
    const int result = sqlite3_step(blocks_.raw);
    if (result != SQLITE_ROW) {
      if (result != SQLITE_DONE) fault_ = sqlite3_errmsg(file_.handle());
      return false;
    }
    infos_.front().position++;
    at_ = 0;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(blocks_.raw, 0));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(blocks_.raw, 0));
    if (decompress_block({bytes == nullptr ? "" : bytes, size}, &block_)) return true;
    fault_ = "a block of packets is damaged";
    return false;
  }

  ReadResult end(std::string fault) {
    ended_ = true;
    if (fault.empty()) fault = fault_;
    if (fault.empty() && !complete_) fault = "was not written to its end";
    if (!fault.empty())
      infos_.front().damage =
          file_.path() + ": " + fault + ", after packet " + std::to_string(packets_);
    return ReadResult::end;
  }

  DbFile file_;
  DbStatement blocks_;
  std::deque<SourceInfo> infos_;
  std::string block_;
  size_t at_ = 0;
  uint64_t packets_ = 0;
  int64_t ahead_ns_ = 0;
  std::string fault_;
  bool complete_ = false;
  bool ended_ = false;
  uint16_t index_;
};

}  // namespace

std::unique_ptr<PacketSource> open_db(const std::string& path, uint16_t index,
                                      int64_t clock_ahead_ns, std::string* error) {
  auto source = std::make_unique<DbSource>(index);
  *error = source->begin(path, clock_ahead_ns);
  if (!error->empty()) return nullptr;
  return source;
}

}  // namespace sipladder
