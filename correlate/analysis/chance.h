// How probable it is that what looks like a pattern came about by chance.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

namespace sipladder {

// Of `all` calls, `marked` have a property and `drawn` fail; `hits` of those that fail have the
// property. Returns the probability that so many or more of them have it, if failing had nothing to
// do with it: the upper tail of the hypergeometric distribution (Fisher's exact test, one-sided).
// Requires hits <= drawn <= all and marked <= all.
double chance_of(uint64_t hits, uint64_t drawn, uint64_t marked, uint64_t all);

}  // namespace sipladder
