#include "capture/packet_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "capture/packet_block.h"
#include "capture/raw_packet.h"
#include "capture/session_tables.h"

namespace sipladder {
namespace {

constexpr size_t kCommitBytes = 4 << 20;  // compressed bytes: the most that a crash can lose

void bind_text(sqlite3_stmt* statement, int at, const std::string& text) {
  sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

// One name on each line; a line feed within a name becomes a space.
std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (std::string name : names) {
    std::replace(name.begin(), name.end(), '\n', ' ');
    all += name + "\n";
  }
  return all;
}

}  // namespace

PacketStore::PacketStore(DbFile& file) : file_(file) {
  take(file.run(std::string(kSessionTables)));
  if (error_.empty())
    take(file.prepare("INSERT INTO sipladder_packets(packets, block) VALUES(?, ?)", &insert_));
}

void PacketStore::take(std::string error) {
  if (error_.empty()) error_ = std::move(error);
}

void PacketStore::add(const Packet& packet) {
  if (!error_.empty()) return;
  append_packet(packet, &block_);
  packets_++;
  in_block_++;
  if (block_.size() >= kBlockBytes) write_block();
}

void PacketStore::write_block() {
  if (in_block_ == 0 || !error_.empty()) return;
  const std::string compressed = compress_block(block_);
  sqlite3_bind_int64(insert_.raw, 1, static_cast<int64_t>(in_block_));
  sqlite3_bind_blob(insert_.raw, 2, compressed.data(), static_cast<int>(compressed.size()),
                    SQLITE_STATIC);
  take(file_.write(insert_));
  block_.clear();
  in_block_ = 0;
  uncommitted_ += compressed.size();
  if (uncommitted_ < kCommitBytes) return;
  uncommitted_ = 0;
  write_sources();
  if (error_.empty()) take(file_.commit());
}

void PacketStore::write_sources() {
  if (error_.empty()) take(file_.run("DELETE FROM sipladder_sources"));
  DbStatement insert;
  if (error_.empty()) take(file_.prepare(std::string(kInsertSource), &insert));
  if (!error_.empty()) return;
  for (const SourceInfo* info : sources_) {
    const std::pair<const char*, int64_t> numbers[] = {
        {":link_type", info->link_type},
        {":packets", static_cast<int64_t>(info->packets)},
        {":bytes", static_cast<int64_t>(info->bytes)},
        {":dropped", static_cast<int64_t>(info->dropped)},
        {":has_times", info->has_times ? 1 : 0},
        {":has_dates", info->has_dates ? 1 : 0},
        {":whole_seconds", info->whole_seconds ? 1 : 0},
        {":refused", static_cast<int64_t>(info->refused)},
        {":connections_closed", static_cast<int64_t>(info->connections_closed)},
        {":unread", static_cast<int64_t>(info->unread)},
        {":ends_forgotten", static_cast<int64_t>(info->ends_forgotten)},
        {":fine_times", info->fine_times ? 1 : 0},
        {":first_ns", info->first_ns},
        {":last_ns", info->last_ns},
        {":clock_ahead_ns", info->clock_ahead_ns}};
    for (const auto& [name, number] : numbers)
      sqlite3_bind_int64(insert.raw, sqlite3_bind_parameter_index(insert.raw, name), number);
    const std::string interfaces = joined(info->interfaces);
    const std::pair<const char*, const std::string*> texts[] = {
        {":name", &info->name},
        {":format", &info->format},
        {":first_unread", &info->first_unread},
        {":damage", &info->damage},
        {":interfaces", &interfaces}};
    for (const auto& [name, text] : texts)
      bind_text(insert.raw, sqlite3_bind_parameter_index(insert.raw, name), *text);
    take(file_.write(insert));
  }
}

// The full names of hosts in logs: an address field of a packet has no room for the long ones.
void PacketStore::write_hosts() {
  const std::vector<std::string> names = replaced_host_names();
  if (!error_.empty() || names.empty()) return;
  DbStatement insert;
  take(file_.run("DELETE FROM sipladder_hosts"));
  take(file_.prepare("INSERT INTO sipladder_hosts VALUES(?)", &insert));
  for (const std::string& name : names) {
    if (!error_.empty()) return;
    bind_text(insert.raw, 1, name);
    take(file_.write(insert));
  }
}

void PacketStore::finish(const std::vector<const SourceInfo*>& sources) {
  sources_ = sources;
  write_block();
  write_sources();
  write_hosts();
  if (error_.empty()) take(file_.commit());
}

void PacketStore::note_complete() {
  if (error_.empty()) take(file_.run("UPDATE sipladder_session SET complete = 1"));
}

StoredSource::StoredSource(std::unique_ptr<PacketSource> source, PacketStore& store)
    : source_(std::move(source)), store_(store) {
  store_.sources_ = source_->infos();
}

ReadResult StoredSource::next(Packet* packet) {
  const ReadResult result = source_->next(packet);
  if (result == ReadResult::packet) store_.add(*packet);
  return result;
}

}  // namespace sipladder
