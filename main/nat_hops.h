// Hops of the NAT report as rows of `vias`. Several hops that are alike become one row, that of the
// first hop, with their count.
//
// Lifetime: the Reader must outlive this object.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "export/hop_verdict.h"
#include "main/nat_rows.h"

namespace sipladder {

// The verdict on a hop that is not in the capture: a Via of a request tells it.
inline constexpr std::string_view kToldByVia = "told by the Via";

class NatHopRows {
 public:
  explicit NatHopRows(Reader& reader);
  void add(const ViaHop& hop);
  // Whether a Via below the topmost one names the address, or was received from it.
  bool names_below(const ViaHop& hop, const IpAddress& ip);
  NatRows take();  // faults first

 private:
  void add_lower(const ViaHop& hop, uint32_t part);
  void add_cells(const std::vector<const Column*>& columns, MessageId message, uint32_t part,
                 std::vector<Value>* row);
  void add_once(std::vector<Value> row, bool reliable, MessageId request);
  std::string key_of(const std::vector<Value>& row, bool reliable) const;

  Reader& reader_;
  // The columns of `vias` are looked up once by name, because a capture can have many rows.
  std::vector<const Column*> of_request_, of_answer_, of_below_, of_message_;
  const Column* frame_;
  NatRows rows_;
  std::map<std::string, size_t> places_;
};

}  // namespace sipladder
