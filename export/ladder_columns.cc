#include "export/ladder_columns.h"

#include <algorithm>
#include <utility>

namespace sipladder {
namespace {

Endpoint host_of(const Endpoint& endpoint) {
  return {endpoint.ip, 0};
}

}  // namespace

void LadderColumns::learn(const Endpoint& src, const Endpoint& dst) {
  hosts_[host_of(src)].ports[src.port]++;
  Host& host = hosts_[host_of(dst)];
  host.ports[dst.port]++;
  if (src.ip == dst.ip && src.port != dst.port) host.talks_to_itself = true;
}

uint32_t LadderColumns::sip(const Endpoint& endpoint) {
  const auto host = hosts_.find(host_of(endpoint));
  const bool split = options_.columns_by == ColumnsBy::endpoint ||
                     (host != hosts_.end() && host->second.talks_to_itself);
  return add(split ? endpoint : host_of(endpoint), false);
}

uint32_t LadderColumns::media(const Endpoint& endpoint, std::optional<uint32_t> party) {
  if (const auto exact = columns_.find(endpoint); exact != columns_.end()) return exact->second;
  if (options_.columns_by == ColumnsBy::endpoint) return add(endpoint, true);
  if (const auto host = columns_.find(host_of(endpoint)); host != columns_.end()) {
    return host->second;
  }
  if (party && participants_[*party].ip == endpoint.ip) return *party;
  for (uint32_t i = 0; i < participants_.size(); i++) {
    if (participants_[i].ip == endpoint.ip) return i;
  }
  return add(host_of(endpoint), true);
}

uint32_t LadderColumns::add(const Endpoint& key, bool media_only) {
  const auto known = columns_.find(key);
  if (known != columns_.end()) return known->second;
  const uint32_t column = add_new(key, media_only);
  columns_.emplace(key, column);
  return column;
}

std::string LadderColumns::alias_of(const Endpoint& endpoint) const {
  for (const HostAlias& alias : options_.aliases) {
    const bool same_port = alias.endpoint.port == 0 || alias.endpoint.port == endpoint.port;
    if (alias.endpoint.ip == endpoint.ip && same_port) return alias.name;
  }
  return {};
}

uint32_t LadderColumns::add_new(const Endpoint& key, bool media_only) {
  Participant participant{key.ip, key.port, to_string(key.ip), "", "", media_only};
  participant.name = alias_of(key);
  if (options_.columns_by == ColumnsBy::name && !participant.name.empty()) {
    const auto [place, is_new] = named_.try_emplace(participant.name, participants_.size());
    if (!is_new) return place->second;
  }
  if (participants_.size() >= options_.max_columns) {
    Participant& last = participants_.back();
    last.label = "(others)";
    last.detail.clear();
    last.name.clear();
    last.port = 0;
    return static_cast<uint32_t>(participants_.size() - 1);
  }
  if (key.port != 0) participant.label = to_string(key);
  const auto host = hosts_.find(host_of(key));
  if (key.ip.family == 0) {
    participant.label = "unknown host";  // a log does not say its own address
  } else if (key.port == 0 && host != hosts_.end()) {
    const auto& ports = host->second.ports;
    participant.port =
        std::max_element(ports.begin(), ports.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;
        })->first;
    participant.detail = std::to_string(participant.port);
  }
  participants_.push_back(std::move(participant));
  return static_cast<uint32_t>(participants_.size() - 1);
}

std::vector<Participant> LadderColumns::take() {
  return std::move(participants_);
}

}  // namespace sipladder
