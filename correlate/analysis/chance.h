// How probable it is that what looks like a pattern came about by chance.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

namespace sipladder {

// Of `all` calls `marked` have a property, and `drawn` of all fail. If failing had nothing to do
// with the property: the probability that `hits` or more of those that fail have it (the upper tail
// of the hypergeometric distribution, Fisher's exact test with one side). Requires hits <= drawn
// <= all and marked <= all.
double chance_of(uint64_t hits, uint64_t drawn, uint64_t marked, uint64_t all);

}  // namespace sipladder
