// A session as an SQLite file (.db): its packets as they pass, and every table of the schema when
// they have passed. Opened again (capture/db_source.h) it is analysed again from its packets.
//
// Threads: one. Errors: finish() returns a sentence; what was committed until then stays.
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
  // A sentence when `path` cannot be written, or is one of `sources`.
  std::string create(const std::string& path, const std::vector<std::string>& sources);
  // Everything that `source` gives is kept from now on. This must outlive what is returned.
  std::unique_ptr<PacketSource> record(std::unique_ptr<PacketSource> source);
  void keep(const Packet& packet) { store_->add(packet); }
  // After the last packet: the tables of what they made.
  std::string finish(Reader& reader);
  uint64_t packets() const { return store_ ? store_->packets() : 0; }

 private:
  DbFile file_;
  std::unique_ptr<PacketStore> store_;
};

}  // namespace sipladder
