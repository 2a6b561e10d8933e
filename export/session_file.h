// Writes a session into an SQLite file (.db): packets while they are read, and every table of the
// schema at the end. When the file is opened again (capture/db_source.h), its packets are analysed
// again.
//
// Threads: one. Errors: create() and finish() return a sentence, which is empty when all is well.
// After an error, what was committed until then stays in the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/db_file.h"
#include "capture/packet_store.h"
#include "query/table_description.h"

namespace sipladder {

class SessionFile {
 public:
  // Must come first. A sentence when `path` cannot be written, or is one of `sources`.
  std::string create(const std::string& path, const std::vector<std::string>& sources);
  // A source that also keeps each packet of `source` in the file. This object must outlive it.
  std::unique_ptr<PacketSource> record(std::unique_ptr<PacketSource> source);
  void keep(const Packet& packet) { store_->add(packet); }
  // After the last packet: writes the tables and closes the file.
  std::string finish(Reader& reader);
  // A sentence about what will be missing when the file is opened again; empty: nothing.
  static std::string what_is_missing(const Model& model);
  uint64_t packets() const { return store_ ? store_->packets() : 0; }

 private:
  DbFile file_;
  std::unique_ptr<PacketStore> store_;
};

}  // namespace sipladder
