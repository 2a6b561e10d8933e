// Changes the text of a SIP message.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace sipladder::fuzz {

using Random = std::minstd_rand;

inline size_t below(Random& random, size_t bound) {
  return bound == 0 ? 0 : random() % bound;
}

bool looks_like_a_message(std::string_view payload);

// `donor`: another message, whose lines and values may be taken.
std::string mutate_message(std::string_view message, std::string_view donor, Random& random);

}  // namespace sipladder::fuzz
