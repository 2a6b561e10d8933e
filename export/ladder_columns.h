// Chooses the column of each address of a ladder: a column for each host, or for each ip:port of a
// host that talks to itself. LadderOptions::columns_by can ask for other columns.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/hash.h"
#include "export/ladder.h"

namespace sipladder {

class LadderColumns {
 public:
  // `options` must outlive this object.
  explicit LadderColumns(const LadderOptions& options) : options_(options) {}

  // First pass, for each SIP message: learns the ports of each host.
  void learn(const Endpoint& src, const Endpoint& dst);
  // Second pass: the column of a SIP endpoint; it is made when it is new.
  uint32_t sip(const Endpoint& endpoint);
  // The column of a media endpoint. `party`: the column of the party whose media it is; it decides
  // where one host has several columns.
  uint32_t media(const Endpoint& endpoint, std::optional<uint32_t> party);

  std::vector<Participant> take();

 private:
  struct Host {
    std::map<uint16_t, uint32_t> ports;  // count of messages by port
    bool talks_to_itself = false;
  };
  uint32_t add(const Endpoint& key, bool media_only);
  uint32_t add_new(const Endpoint& key, bool media_only);
  std::string alias_of(const Endpoint& endpoint) const;

  const LadderOptions& options_;
  absl::flat_hash_map<std::string, uint32_t> named_;         // by alias
  absl::flat_hash_map<Endpoint, Host, EndpointHash> hosts_;  // port 0
  absl::flat_hash_map<Endpoint, uint32_t, EndpointHash> columns_;
  std::vector<Participant> participants_;
};

}  // namespace sipladder
