// Words that say nothing about anybody: of the grammars of SIP, SDP and what they carry.
#pragma once

#include <string_view>

namespace sipladder {

bool is_grammar(std::string_view word);      // capitals aside
bool is_scheme(std::string_view word);       // of a URI
bool is_common_user(std::string_view word);  // "anonymous"
bool names_a_header(std::string_view name);

}  // namespace sipladder
