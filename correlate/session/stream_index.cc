#include "correlate/session/stream_index.h"

#include <algorithm>

#include "correlate/model/hash.h"

namespace sipladder {
namespace {

uint32_t index_key(const Endpoint& end) {
  return static_cast<uint32_t>(EndpointHash()(end));
}
uint32_t index_key(const IpAddress& ip) {
  return index_key(Endpoint{ip, 0});
}

}  // namespace

void StreamIndex::forget() {
  const MutexLock lock(mutex_);
  orders_ = {};
}

template <typename Key>
const StreamIndex::Order& StreamIndex::made(Order Orders::*which, Key key) const {
  const MutexLock lock(mutex_);
  Order& order = orders_.*which;
  if (!order.empty()) return order;
  for (const StreamId id : model_.streams.ids()) order.push_back({key(model_.streams[id]), id});
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<StreamId> StreamIndex::with_key(const Order& order, uint32_t key) {
  std::vector<StreamId> streams;
  auto entry = std::lower_bound(order.begin(), order.end(), Entry{key, {}});
  for (; entry != order.end() && entry->key == key; ++entry) streams.push_back(entry->stream);
  return streams;
}

std::vector<StreamId> StreamIndex::with_ssrc(uint32_t ssrc) const {
  return with_key(made(&Orders::by_ssrc, [](const StreamRecord& stream) { return stream.ssrc; }),
                  ssrc);
}

std::vector<StreamId> StreamIndex::from(const Endpoint& end) const {
  const auto key = [&](const StreamRecord& one) { return index_key(model_.endpoints[one.src]); };
  return with_key(made(&Orders::by_src, key), index_key(end));
}

std::vector<StreamId> StreamIndex::to(const Endpoint& end) const {
  const auto key = [&](const StreamRecord& one) { return index_key(model_.endpoints[one.dst]); };
  return with_key(made(&Orders::by_dst, key), index_key(end));
}

std::vector<StreamId> StreamIndex::to_host(const IpAddress& ip) const {
  const auto key = [&](const StreamRecord& one) { return index_key(model_.endpoints[one.dst].ip); };
  return with_key(made(&Orders::by_host, key), index_key(ip));
}

}  // namespace sipladder
