// Writes the packets of a saved session, and the sources that they came from, as they pass.
//
// Threads: one. Errors: kept in error(), after which nothing more is written.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/db_file.h"
#include "capture/packet_source.h"

namespace sipladder {

class PacketStore {
 public:
  // Makes its tables in a file after DbFile::create(); `file` must outlive this.
  explicit PacketStore(DbFile& file);

  void add(const Packet& packet);
  // Writes the packets that are left and what is known of the sources now, and commits.
  void finish(const std::vector<const SourceInfo*>& sources);
  // Marks the session as complete. Without this, whoever opens it is told that its end is missing.
  void note_complete();

  uint64_t packets() const { return packets_; }
  const std::string& error() const { return error_; }

 private:
  void write_block();
  void write_sources();
  void write_hosts();
  void take(std::string error);

  DbFile& file_;
  DbStatement insert_;
  std::vector<const SourceInfo*> sources_;
  std::string block_;
  uint64_t packets_ = 0;
  uint64_t in_block_ = 0;
  size_t uncommitted_ = 0;  // compressed bytes
  std::string error_;

  friend class StoredSource;
};

// Passes on what `source` gives, and adds it to `store`, which must outlive it.
class StoredSource : public PacketSource {
 public:
  StoredSource(std::unique_ptr<PacketSource> source, PacketStore& store);
  ReadResult next(Packet* packet) override;
  std::vector<int> waits_for() const override { return source_->waits_for(); }
  bool has_arrival_times() const override { return source_->has_arrival_times(); }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  std::unique_ptr<PacketSource> source_;
  PacketStore& store_;
};

}  // namespace sipladder
